"""How long ``ablate table`` takes for a study of many trials in a local store.

    python benchmarks/table_speed.py --trials 10000

The trials are made up and recorded through the recorder that runs use: each a run with a curve of one point, two
accuracies, those of ten classes and the usual measures. The study has ten ablations with the same number of rows, and
ten seeds. What is timed is the whole command, from the start of Python to the last byte of Markdown. Leaves with 1
where that takes longer than ``--limit`` seconds. Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ablate.record.mlflow_recorder import MlflowRecorder
from ablate.results import EpochMetrics, Finished, Started
from ablate.runner.cards import trial_card
from ablate.runner.study import Study

ABLATIONS = 10
SEEDS = 10
CLASSES = tuple(f"class {number}" for number in range(10))
STUDY = """\
study: many
task: {{name: python, entry: "trainer:main", epochs: 1}}
params: {{{params}}}
primary: val/accuracy
columns: [test/accuracy]
seeds: {seeds}
ablations:
{ablations}
"""
ABLATION = "  part-{number}: {{design: one-factor, factors: {{params.p{number}: {levels}}}}}"
#: A moment; what is recorded does not depend on the clock.
BEGUN_MS = 1_700_000_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument(
        "--limit", type=float, default=10.0, help="Seconds that the table may take."
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_study(folder, options.trials // (ABLATIONS * SEEDS))
        begun = time.perf_counter()
        recorded = sum(1 for _ in record(Study(folder / "study.yaml", store=folder / "mlruns")))
        filled_s = time.perf_counter() - begun
        formats = {form: timed(folder, form) for form in ("markdown", "csv")}
    print("| trials | recording them | " + " | ".join(f"table, {form}" for form in formats) + " |")
    print("|---|---|" + "---|" * len(formats))
    cells = " | ".join(f"{seconds:.1f} s" for seconds in formats.values())
    print(f"| {recorded} | {filled_s:.0f} s | {cells} |")
    print(f"\n{os.cpu_count()} cores; at most {options.limit:.0f} s allowed.")
    sys.exit(max(formats.values()) > options.limit)


def write_study(folder: Path, rows: int) -> None:
    """A study of ``rows`` rows an ablation, the baseline among them; its script is never run."""
    (folder / "trainer.py").write_text("def main(trial):\n    raise NotImplementedError\n")
    numbers = range(ABLATIONS)
    ablations = (ABLATION.format(number=n, levels=list(range(1, rows + 1))) for n in numbers)
    params = ", ".join(f"p{number}: 0" for number in numbers)
    text = STUDY.format(params=params, seeds=SEEDS, ablations="\n".join(ablations))
    (folder / "study.yaml").write_text(text)


def record(study: Study) -> Iterator[str]:
    """Record every trial of a study as finished; their runs."""
    recorder = MlflowRecorder(study.store, study.plan.study)
    chance = random.Random(0)  # noqa: S311
    for trial, identity in study.identities.items():
        run = recorder.begin(trial_card(study.plan, trial, identity, "", {}))
        recorder.event(run, Started(BEGUN_MS, "cpu", 4414, 4414, 1))
        final = {name: chance.gauss(0.8, 0.01) for name in metric_names()}
        epoch = {"val/accuracy": final["val/accuracy"]}
        recorder.event(run, EpochMetrics(1, BEGUN_MS + 1000, epoch))
        measured = {"duration_s": 1.0, "epochs_run": 1.0, "parameters": 4414.0}
        ended = Finished(BEGUN_MS + 1000, final, epoch, measured, CLASSES)
        recorder.finish(run, ended, None)
        yield run


def metric_names() -> Iterator[str]:
    yield from ("train/loss", "val/loss", "val/accuracy", "test/accuracy")
    yield from (f"val/accuracy/{name}" for name in CLASSES)


def timed(folder: Path, form: str) -> float:
    """Seconds of the whole command."""
    command = [sys.executable, "-m", "ablate", "table", "study.yaml", "--format", form]
    begun = time.perf_counter()
    with (folder / f"table.{form}").open("w") as output:
        subprocess.run(command, check=True, cwd=folder, stdout=output)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
