"""Cross-entropy, with label smoothing and class weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ablate.losses.class_weights import ClassWeightedOptions
from ablate.spec.sections import IGNORE_INDEX

if TYPE_CHECKING:
    import numpy as np
    import torch


class CrossEntropyOptions(ClassWeightedOptions):
    """Cross-entropy of the softmax."""

    name: Literal["cross_entropy"] = "cross_entropy"
    label_smoothing: float = Field(0.0, ge=0.0, lt=1.0)
    """Share of each target that is spread evenly over all classes (Szegedy et al., 2016)."""

    def build(self, class_counts: np.ndarray[Any, Any], device: str) -> Callable[..., torch.Tensor]:
        """The loss ``(logits (N, C, ...), target (N, ...) int64) -> scalar``."""
        weights = self.weights(class_counts, device)
        return lambda logits, target: cross_entropy(logits, target, weights, self.label_smoothing)


def cross_entropy(
    logits: torch.Tensor,
    target: torch.Tensor,
    weights: torch.Tensor | None,
    label_smoothing: float,
) -> torch.Tensor:
    """The (weighted) mean cross-entropy of ``logits`` (N, C, ...) for ``target`` (N, ...) int64; a scalar.

    Targets that are ``IGNORE_INDEX`` count nothing; if all are, it is 0.
    """
    import torch
    from torch.nn import functional

    from ablate.losses.precision import widened

    # torch's mean over no target at all would be 0 / 0, and NaN its gradient.
    any_counts = (target != IGNORE_INDEX).any()
    loss = functional.cross_entropy(
        widened(logits),
        torch.where(any_counts, target, 0),
        weight=weights,
        ignore_index=IGNORE_INDEX,
        label_smoothing=label_smoothing,
    )
    return loss * any_counts
