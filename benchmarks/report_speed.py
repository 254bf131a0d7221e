"""How long ``ablate report`` takes for finished studies.

    python benchmarks/report_speed.py STORE studies/basenet.yaml [STUDY ...] [--data FOLDER]

What is timed is the whole command, from the start of Python to the last file, without keeping the report in MLflow.
Leaves with 1 where one takes longer than ``--limit`` seconds. Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("studies", type=Path, nargs="+")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--limit", type=float, default=30.0, help="Seconds that a report may take.")
    options = parser.parse_args()
    slowest = 0.0
    print("| study | report | figures | report.html |")
    print("|---|---|---|---|")
    for study in options.studies:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "report"
            seconds = timed(study, options.store, options.data, folder)
            figures = sum(1 for _ in (folder / "figures").glob("*.png"))
            size = (folder / "report.html").stat().st_size / 1e6
        print(f"| {study.stem} | {seconds:.1f} s | {figures} | {size:.1f} MB |", flush=True)
        slowest = max(slowest, seconds)
    print(f"\n{os.cpu_count()} cores; at most {options.limit:.0f} s allowed.")
    sys.exit(slowest > options.limit)


def timed(study: Path, store: Path, data: Path | None, folder: Path) -> float:
    """Seconds of the whole command."""
    command = [sys.executable, "-m", "ablate", "report", str(study), "--store", str(store)]
    command += ["--out", str(folder), "--no-publish"]
    command += ["--data", str(data)] if data else []
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
