"""The weighted sum of losses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import ValidationInfo, field_validator

from ablate.spec.member import Member
from ablate.spec.options import invalid
from ablate.spec.sections import LossOptions, Positive

if TYPE_CHECKING:
    import numpy as np
    import torch

Terms = tuple[Annotated[LossOptions, Member("loss", style="step")], ...]


class _TasksOfTerms:
    """The tasks that all terms of a sum suit; of the class itself, those that a sum can suit."""

    def __get__(self, options: SumOptions | None, owner: type[SumOptions]) -> tuple[str, ...]:
        return LossOptions.tasks if options is None else _common_tasks(options.terms)


class SumOptions(LossOptions):
    """Several losses added up, such as cross-entropy and Dice.

    >>> SumOptions(terms=("cross_entropy", {"dice": {"smooth": 1.0}}), weights=(1.0, 0.5)).tasks
    ('segmentation',)
    """

    tasks: ClassVar[tuple[str, ...]] = _TasksOfTerms()  # type: ignore[assignment]

    name: Literal["sum"] = "sum"
    terms: Terms
    """The losses, each ``NAME`` or ``{NAME: {options}}``."""
    weights: tuple[Positive, ...] | None = None
    """A factor for each term; ``null``: 1 each."""

    @field_validator("terms")
    @classmethod
    def _terms_can_be_added(cls, value: Terms) -> Terms:
        if not value:
            raise invalid("needs at least one term", "List losses, such as [cross_entropy, dice]")
        if any(isinstance(term, SumOptions) for term in value):
            raise invalid("a sum cannot be a term of a sum", "List its terms beside the others")
        if not _common_tasks(value):
            suited = "; ".join(f"{term.name} is for {' and '.join(term.tasks)}" for term in value)
            raise invalid(f"no task suits every term: {suited}")
        return value

    @field_validator("weights")
    @classmethod
    def _one_weight_a_term(
        cls, value: tuple[float, ...] | None, info: ValidationInfo
    ) -> tuple[float, ...] | None:
        terms = info.data.get("terms")
        if value is None or terms is None or len(value) == len(terms):
            return value
        raise invalid(
            f"{len(value)} weights for {len(terms)} terms",
            "Give one weight a term, or leave weights out",
        )

    def build(self, class_counts: np.ndarray[Any, Any], device: str) -> Callable[..., torch.Tensor]:
        """The loss ``(logits (N, C, ...), target (N, ...) int64) -> scalar``."""
        import torch

        losses = [term.build(class_counts, device) for term in self.terms]
        weights = self.weights or (1.0,) * len(losses)

        def total(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            weighted = [
                weight * loss(logits, target) for weight, loss in zip(weights, losses, strict=True)
            ]
            return torch.stack(weighted).sum()

        return total

    @property
    def libraries(self) -> tuple[str, ...]:
        """See :class:`~ablate.spec.sections.LossOptions`."""
        return tuple(name for term in self.terms for name in term.libraries)

    def problems(self, num_classes: int) -> list[tuple[str, str]]:
        """Those of the terms."""
        return self._of_terms(lambda term: term.problems(num_classes))

    def absent_problems(self, absent: Sequence[str]) -> list[tuple[str, str]]:
        """Those of the terms."""
        return self._of_terms(lambda term: term.absent_problems(absent))

    def _of_terms(
        self, of: Callable[[LossOptions], list[tuple[str, str]]]
    ) -> list[tuple[str, str]]:
        return [
            (f"terms[{index}].{term.name}.{field}", message)
            for index, term in enumerate(self.terms)
            for field, message in of(term)
        ]


def _common_tasks(terms: Terms) -> tuple[str, ...]:
    return tuple(task for task in terms[0].tasks if all(task in term.tasks for term in terms))
