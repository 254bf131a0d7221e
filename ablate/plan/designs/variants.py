"""Named rows, each with overrides of its own."""

from __future__ import annotations

from ablate.plan.designs.base import (
    BASELINE,
    Baseline,
    Design,
    Expansion,
    Rows,
    RowSpec,
    baseline_row,
)


class Variants(Design):
    """Named rows, each its own overrides of the baseline.

    A row may name the row that it is compared with: ``{..., reference: ROW}``.
    """

    rows: Rows
    """Label to overrides."""

    def expand(self, baseline: Baseline) -> Expansion:
        """The baseline, then one row for each variant."""
        rows = [baseline_row()]
        for label, entries in self.rows.items():
            changes = {key: value for key, value in entries.items() if key != "reference"}
            origins = {key: ("rows", label, key) for key in changes}
            reference = entries.get("reference", BASELINE)
            rows.append(RowSpec(label, changes, origins, reference, must_differ=bool(changes)))
        return Expansion(tuple(rows))
