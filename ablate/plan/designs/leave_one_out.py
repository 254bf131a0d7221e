"""Everything on, then each part removed: what each part is worth to the whole."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from ablate.plan.designs.base import (
    Baseline,
    Design,
    Expansion,
    Label,
    Overrides,
    RowSpec,
    switched,
)

FULL = "everything on"


class LeaveOneOut(Design):
    """``rows`` applied together, then each of them left out; tested against everything on."""

    rows: Annotated[dict[Label, Overrides], Field(min_length=2)]
    """Label to overrides: the parts."""

    def expand(self, baseline: Baseline) -> Expansion:
        """Everything on, then ``without PART`` for each part."""
        full = self._without(None, FULL, None)
        parts = [self._without(label, f"without {label}", FULL) for label in self.rows]
        return Expansion((full, *parts))

    def _without(self, left_out: str | None, label: str, reference: str | None) -> RowSpec:
        kept = {name: changes for name, changes in self.rows.items() if name != left_out}
        overrides: dict[str, Any] = {}
        for changes in kept.values():
            overrides.update(changes)
        origins = {key: ("rows", name, key) for name, part in kept.items() for key in part}
        return RowSpec(label, overrides, origins, reference, levels=switched(self.rows, kept))
