"""A ladder: each row adds its changes to those of the rows above."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ablate.plan.designs.base import (
    BASELINE,
    Baseline,
    Design,
    Expansion,
    Rows,
    RowSpec,
    baseline_row,
    switched,
)
from ablate.spec.yaml_file import KeyPath


class Cumulative(Design):
    """Each row keeps what the rows above it changed; tested against the baseline."""

    rows: Rows
    """Label to overrides, from the bottom of the ladder up."""

    def expand(self, baseline: Baseline) -> Expansion:
        """The baseline, then one rung a row."""
        rungs = [replace(baseline_row(), levels=switched(self.rows, ()))]
        overrides: dict[str, Any] = {}
        origins: dict[str, KeyPath] = {}
        for place, (label, changes) in enumerate(self.rows.items(), start=1):
            overrides = {**overrides, **changes}
            origins = {**origins, **{key: ("rows", label, key) for key in changes}}
            above, on = rungs[-1].label, switched(self.rows, [*self.rows][:place])
            rungs.append(
                RowSpec(label, overrides, origins, BASELINE, above, must_differ=True, levels=on)
            )
        return Expansion(
            tuple(rungs),
            ("each row keeps the changes of all rows above it; gains depend on the order",),
        )
