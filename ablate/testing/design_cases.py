"""What every design must do, whatever rows it makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ablate.plan.designs.base import Baseline, Design, Expansion

BASELINE = Baseline(
    tree={
        "model": {"name": "basenet", "batch_norm": False},
        "optimizer": {"name": "adam", "lr": 0.001},
    },
    full={
        "model": {"name": "basenet", "batch_norm": False, "dropout": 0.0},
        "optimizer": {"name": "adam", "lr": 0.001},
    },
)

_ROWS = {"A": {"model.batch_norm": True}, "B": {"model": {"dropout": 0.5}, "optimizer.lr": 0.01}}
_FACTORS = {
    "optimizer.lr": (0.01, 0.1),
    "network": {"plain": {}, "normed": {"model.batch_norm": True}},
}

#: An ablation of each shipped design, as a study file would write it.
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "cumulative": {"rows": _ROWS},
    "grid": {"factors": _FACTORS},
    "leave-one-out": {"rows": _ROWS},
    "one-factor": {"factors": _FACTORS},
    "search": {
        "space": {"optimizer.lr": {"low": 1e-4, "high": 1e-1}},
        "budget": {"trials": 4},
    },
    "variants": {"rows": _ROWS},
}


def check_design(name: str, cls: type[Design], options: Mapping[str, Any]) -> None:
    """Check one design on an example of it."""
    design = cls.model_validate({"design": name, **options})
    expansion = design.expand(BASELINE)
    assert design.expand(BASELINE) == expansion, "expanding twice gives other rows"
    assert len(expansion.rows) >= 2
    _check_labels(expansion)
    _check_origins(expansion, {"design": name, **options})
    for note in expansion.notes:
        assert note == note.strip()
        assert note


def _check_labels(expansion: Expansion) -> None:
    labels = [row.label for row in expansion.rows]
    assert len(set(labels)) == len(labels), "labels name rows"
    assert expansion.rows[0].reference is None, "the reference stands first"
    for row in expansion.rows[1:]:
        assert row.reference in labels
        assert row.reference != row.label
        assert row.previous is None or row.previous in labels


def _check_origins(expansion: Expansion, written: Mapping[str, Any]) -> None:
    """Each override says where it stands in the ablation, so that mistakes are found there."""
    for row in expansion.rows:
        assert set(row.origins) == set(row.overrides)
        for field in row.overrides:
            assert field.partition(".")[0] in BASELINE.full
        for origin in row.origins.values():
            assert origin[0] in written
