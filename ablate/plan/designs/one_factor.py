"""One factor at a time: the baseline, then each level of each factor alone."""

from __future__ import annotations

from pydantic import field_validator

from ablate.plan.designs.base import BASELINE, Baseline, Design, Expansion, RowSpec, baseline_row
from ablate.plan.designs.levels import Factors, check_fields, levels


class OneFactor(Design):
    """The baseline, then each level of each factor alone."""

    factors: Factors
    """Dotted field to a list of levels, or any name to named levels ``{label: overrides}``."""

    _check_fields = field_validator("factors")(check_fields)

    def expand(self, baseline: Baseline) -> Expansion:
        """The baseline, then one row a level."""
        rows = [baseline_row()]
        for factor, choices in levels(self.factors).items():
            for level in choices:
                origins = {
                    key: level.origin if key == factor else (*level.origin, key)
                    for key in level.overrides
                }
                rows.append(RowSpec(level.label, level.overrides, origins, BASELINE))
        return Expansion(tuple(rows))
