"""Cross-entropy, with label smoothing and class weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ablate.losses.class_weights import ClassWeightedOptions

if TYPE_CHECKING:
    import numpy as np
    import torch


class CrossEntropyOptions(ClassWeightedOptions):
    """Cross-entropy of the softmax."""

    name: Literal["cross_entropy"] = "cross_entropy"
    label_smoothing: float = Field(0.0, ge=0.0, lt=1.0)
    """Share of each target that is spread evenly over all classes (Szegedy et al., 2016)."""

    def build(self, class_counts: np.ndarray[Any, Any], device: str) -> Callable[..., torch.Tensor]:
        """The loss ``(logits (N, C), target (N,) int64) -> scalar``."""
        from functools import partial

        from torch.nn import functional

        from ablate.losses.precision import widened

        cross_entropy = partial(
            functional.cross_entropy,
            weight=self.weights(class_counts, device),
            label_smoothing=self.label_smoothing,
        )
        return lambda logits, target: cross_entropy(widened(logits), target)
