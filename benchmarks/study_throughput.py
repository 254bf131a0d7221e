"""``ablate run`` against the script a person would write, for the same ladder of five networks.

    python benchmarks/study_throughput.py FOLDER

``FOLDER`` holds ``fashion-mnist/`` or ``FashionMNIST/raw/``. Both sides are whole commands, timed from start to exit on
this machine, one after the other: the imports, decoding the data (no cache yet), training, evaluation and, for
ablate, recording in MLflow. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
STUDY = HERE.parent / "studies" / "basenet.yaml"
QUICKSTART = HERE.parent / "studies" / "quickstart.yaml"
IMAGES = 54_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of data sets")
    parser.add_argument("--epochs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = time_plain_script(options.data, folder, options.epochs)
        ours = time_ablate(options.data.absolute(), folder, options.epochs)
        cost = cost_of_a_trial(folder)
    print_table(plain, ours, cost)


def time_plain_script(data: Path, folder: Path, epochs: int) -> dict[str, Any]:
    raw = folder / "plain" / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for archive in _archives(data):  # torchvision wants them unpacked, or unpacks them itself
        with gzip.open(archive) as packed, (raw / archive.stem).open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
    command = [sys.executable, HERE / "plain_script.py", folder / "plain", "--epochs", str(epochs)]
    begun = time.perf_counter()
    printed = folder / "plain.txt"
    with printed.open("w") as output:
        subprocess.run(command, check=True, stdout=output)
    seconds = time.perf_counter() - begun
    result: dict[str, Any] = json.loads(printed.read_text().splitlines()[-1])
    return {**result, "seconds": seconds}


def _archives(data: Path) -> list[Path]:
    found = sorted(data.rglob("*-ubyte.gz"))
    if len(found) != 4:
        sys.exit(f"{data} does not hold the four archives of Fashion-MNIST")
    return found


def time_ablate(data: Path, folder: Path, epochs: int) -> dict[str, Any]:
    settings = [f"train.epochs={epochs}", "seeds=1"]
    seconds = _run_ablate(
        STUDY, folder / "mlruns", folder / "cache", settings, data, "--only", "components"
    )
    return {
        "seconds": seconds,
        "images": 5 * epochs * IMAGES,
        "accuracy": _accuracies(folder / "mlruns", settings, data),
    }


def _run_ablate(
    study: Path, store: Path, cache: Path, settings: list[str], data: Path | None, *more: str
) -> float:
    command = [sys.executable, "-m", "ablate", "run", str(study), "--store", str(store), "--quiet"]
    command += [text for setting in settings for text in ("--set", setting)]
    command += ["--data", str(data)] if data else []
    command += more
    environment = {**os.environ, "ABLATE_CACHE": str(cache)}
    begun = time.perf_counter()
    with (store.parent / "output.txt").open("w") as output:
        subprocess.run(command, check=True, stdout=output, stderr=output, env=environment)
    return time.perf_counter() - begun


def _accuracies(store: Path, settings: list[str], data: Path) -> dict[str, float]:
    import ablate

    opened = ablate.Study(STUDY, settings=settings, only=["components"], store=store, data=data)
    names = {key: condition.name for key, condition in opened.plan.conditions.items()}
    return {names[item.condition]: item.metrics["test/accuracy"] for item in opened.results()}


def cost_of_a_trial(folder: Path) -> float:
    """Seconds a trial costs beyond training, one after the other: the slope over trials that train next to nothing."""
    seconds = {}
    for count in (4, 24):
        settings = ["train.epochs=1", "data.train_size=64", f"seeds={count}"]
        seconds[count] = _run_ablate(
            _one_row(folder),
            folder / f"mlruns{count}",
            folder / "cache",
            settings,
            None,
            "--jobs",
            "1",
        )
    return (seconds[24] - seconds[4]) / 20


def _one_row(folder: Path) -> Path:
    path = folder / "one_row.yaml"
    text = QUICKSTART.read_text(encoding="utf-8")
    head = text[: text.index("ablations:")]
    path.write_text(
        head + "ablations: {only: {design: variants, rows: {A: {}}}}\n", encoding="utf-8"
    )
    return path


def print_table(plain: dict[str, Any], ours: dict[str, Any], cost: float) -> None:
    rates = {name: side["images"] / side["seconds"] for name, side in (("p", plain), ("o", ours))}
    print("| | plain script | ablate run | ratio |")
    print("|---|---|---|---|")
    ratio = plain["seconds"] / ours["seconds"]
    print(f"| seconds | {plain['seconds']:.1f} | {ours['seconds']:.1f} | {ratio:.2f} |")
    print(
        f"| images per second | {rates['p']:,.0f} | {rates['o']:,.0f} | {rates['o'] / rates['p']:.2f} |"
    )
    for label, accuracy in plain["accuracy"].items():
        other = ours["accuracy"][label]
        print(f"| test accuracy, {label} | {accuracy:.4f} | {other:.4f} | |")
    print(
        f"\nA trial costs {cost:.2f} s beyond its training loop (one at a time, on one slot of several)."
    )


if __name__ == "__main__":
    main()
