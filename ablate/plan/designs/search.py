"""The best of what a sampler proposes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import model_validator
from pydantic.functional_validators import ModelWrapValidatorHandler

from ablate.plan.designs.base import (
    BASELINE,
    Ablation,
    Baseline,
    Expansion,
    RowSpec,
    baseline_row,
)
from ablate.plan.search.notes import found_note
from ablate.plan.search.options import SearchOptions
from ablate.spec.options import invalid
from ablate.spec.yaml_file import KeyPath

#: The label of the row with the best configuration.
BEST_FOUND = "best found"


class Search(Ablation, SearchOptions):
    """The baseline, and the best configuration that a sampler found within a budget."""

    @model_validator(mode="wrap")
    @classmethod
    def _is_a_search_already(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(value, Mapping) and "tune" in value:
            rule = "a search has no rows to tune"
            raise invalid(rule, "Move the fields of 'tune' to 'space', or tune another design")
        return handler(value)

    def expand(self, baseline: Baseline) -> Expansion:
        """The baseline and the row that the search completes."""
        best = RowSpec(BEST_FOUND, {}, {}, BASELINE, must_differ=True)
        return Expansion((baseline_row(), best), (found_note(self),), tuple(self.space))

    @property
    def search(self) -> tuple[SearchOptions, KeyPath]:
        """This search itself."""
        return self, ()

    def is_searched(self, label: str) -> bool:
        """The best found row is."""
        return label == BEST_FOUND
