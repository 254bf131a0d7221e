"""Studies whose designs call for tables of their own, compiled by the planner, kept as golden files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from ablate.plan.compile import compile_plan
from ablate.plan.types import Plan
from ablate.results import ResultSet, Status, TrialResult
from ablate.spec.study import read_draft

from .search_cases import Kept

HEAD = """\
study: basenet
task: classification
data:      {name: digits}
optimizer: {name: adam, lr: 1e-3}
train:     {epochs: 5}
primary:   val/accuracy
seeds:     3
"""

#: What each seed adds to every row, and what it adds to a row of so many changes.
SEEDS = (0.0, 0.011, -0.006)
WOBBLE = (
    (0.0, 0.002, -0.001),
    (0.001, -0.002, 0.003),
    (-0.002, 0.001, 0.002),
    (0.003, 0.0, -0.001),
)

TRANSFER = """\
model: {name: timm/resnet10t}
stages:
  byol:
    task:      {name: ssl, method: byol}
    data:      {name: digits, augment: [simclr]}
    model:     {name: timm/resnet10t}
    optimizer: {name: adam, lr: 1e-3}
    train:     {epochs: 2}
    primary:   val/knn_accuracy
  supervised:
    task:      classification
    data:      {name: digits, train_size: 600}
    model:     {name: timm/resnet10t}
    optimizer: {name: adam, lr: 1e-3}
    train:     {epochs: 2}
    primary:   val/accuracy
ablations:
  transfer:
    design: variants
    rows:
      A none:              {}
      B supervised:        {model.weights: {stage: supervised}}
      C BYOL:              {model.weights: {stage: byol}}
      D supervised, fixed: {model.weights: {stage: supervised}, train.freeze: encoder, optimizer.lr: 1e-2}
      E BYOL, fixed:       {model.weights: {stage: byol}, train.freeze: encoder, optimizer.lr: 1e-2}
"""

SIXTH = """\
      F none, fixed:       {train.freeze: encoder, optimizer.lr: 1e-2}
    contrasts:
      own against borrowed:   {C BYOL: 1/2, "E BYOL, fixed": 1/2, B supervised: -1/2, "D supervised, fixed": -1/2}
      pre-trained at all:     {B supervised: 1/2, C BYOL: 1/2, baseline: -1}
      freezing changes which: {"E BYOL, fixed": 1, "D supervised, fixed": -1, C BYOL: -1, B supervised: 1}
"""

PARTS = """\
model: {name: basenet, kernel_size: 3, padding: same}
ablations:
  parts:
    design: leave-one-out
    rows:
      Batch norm: {model.batch_norm: true}
      Dropout:    {model.dropout: 0.3}
      Smoothing:  {loss.label_smoothing: 0.1}
  single:
    design: one-factor
    factors: {model.batch_norm: [true], loss.label_smoothing: [0.1]}
"""

SUBSETS = """\
model: {name: basenet, kernel_size: 3, padding: same}
ablations:
  subsets:
    design: grid
    factors:
      model.batch_norm: [false, true]
      dropout: {off: {}, on: {model.dropout: 0.3}}
      loss.label_smoothing: [0.0, 0.1]
"""

#: What each change gives alone; a tenth of it is lost for each other change.
GAINS = {
    "model.batch_norm": 0.05,
    "model.dropout": 0.012,
    "loss.label_smoothing": 0.03,
    "model.weights": 0.04,
    "train.freeze": -0.06,
}


def compiled(text: str) -> Plan:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "basenet.yaml"
        path.write_text(text, encoding="utf-8")
        return compile_plan(read_draft(path))


def worth(changes: Mapping[str, Any]) -> float:
    found = [gain for field, gain in GAINS.items() if field in changes]
    if "byol" in str(changes.get("model.weights")):
        found.append(0.02)
    return 0.6 + sum(found) * (1 - 0.1 * max(len(found) - 1, 0))


def outcome(plan: Plan, lost: Collection[tuple[str, int]] = ()) -> ResultSet:
    """A result of every trial of a row, but for ``lost`` (name of the condition, seed)."""
    trials = []
    for trial in plan.trials:
        condition = plan.conditions[trial.condition]
        if condition.stage:
            continue
        wobble = WOBBLE[len(condition.changes) % len(WOBBLE)][trial.seed]
        value = worth(condition.changes) + SEEDS[trial.seed] + wobble
        failed = (condition.name, trial.seed) in lost
        trials.append(
            TrialResult(
                f"id {trial.name}",
                trial.condition,
                trial.seed,
                Status.FAILED if failed else Status.FINISHED,
                "out of memory on cuda:0" if failed else "",
                metrics={} if failed else {"val/accuracy": round(value, 4)},
                device="cpu",
                fingerprint="f",
            )
        )
    return ResultSet("basenet", tuple(trials))


def _kept(text: str, *lost: tuple[str, int]) -> Kept:
    plan = compiled(HEAD + text)
    return Kept(plan, outcome(plan, lost))


DESIGN_CASES: dict[str, Callable[[], Kept]] = {
    "leave-one-out": lambda: _kept(PARTS),
    "subsets": lambda: _kept(SUBSETS),
    "two-factors": lambda: _kept(TRANSFER + SIXTH, ("D supervised, fixed", 1)),
    "two-factors-with-gap": lambda: _kept(TRANSFER),
}
