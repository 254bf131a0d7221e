"""A ladder: each row adds its changes to those of the rows above."""

from __future__ import annotations

from typing import Any

from ablate.plan.designs.base import (
    BASELINE,
    Baseline,
    Design,
    Expansion,
    Rows,
    RowSpec,
    baseline_row,
)
from ablate.spec.yaml_file import KeyPath


class Cumulative(Design):
    """Each row keeps what the rows above it changed; tested against the baseline."""

    rows: Rows
    """Label to overrides, from the bottom of the ladder up."""

    def expand(self, baseline: Baseline) -> Expansion:
        """The baseline, then one rung a row."""
        rungs = [baseline_row()]
        overrides: dict[str, Any] = {}
        origins: dict[str, KeyPath] = {}
        for label, changes in self.rows.items():
            overrides = {**overrides, **changes}
            origins = {**origins, **{key: ("rows", label, key) for key in changes}}
            rung = RowSpec(label, overrides, origins, BASELINE, rungs[-1].label, must_differ=True)
            rungs.append(rung)
        return Expansion(tuple(rungs), ("gains depend on the order of the rows",))
