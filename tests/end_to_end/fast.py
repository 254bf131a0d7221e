"""A study whose training is a function of its parameters and takes no time: for what surrounds training."""

from __future__ import annotations

from pathlib import Path

from .conftest import Workplace

TRAINER = """\
import math
import os
import time


def main(trial):
    p = trial.params
    if p.get("trouble") == "hang" and trial.seed == 0:
        time.sleep(3600)
    if p.get("trouble") == "error":
        raise ValueError("no such thing")
    peak = 1.0 - 0.2 * abs(math.log10(p["lr"]) + 2) - 0.05 * (p["depth"] - 3) ** 2 - 0.01 * trial.seed
    for epoch in range(1, p["epochs"] + 1):
        time.sleep(p.get("epoch_s", 0.0))
        trial.log(epoch, {"val/accuracy": peak * epoch / p["epochs"]})
    (trial.artifacts / "note.txt").write_text(f"{p['lr']}")
    trial.finish({"val/accuracy": peak})
"""
HEAD = """\
study: fast
task: {name: python, entry: "trainer:main", epochs: 4}
params: {lr: 0.1, depth: 1, epochs: 4, epoch_s: 0.0, trouble: none}
primary: val/accuracy
seeds: 2
"""


def fast_study(folder: Path, ablations: str, head: str = HEAD) -> Workplace:
    """A workplace with a fast study of these ablations."""
    place = Workplace(folder)
    (folder / "trainer.py").write_text(TRAINER)
    place.study.write_text(f"{head}ablations:\n{ablations}")
    return place
