"""The focal loss: cross-entropy that counts well-classified images and pixels less."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ablate.losses.class_weights import ClassWeightedOptions
from ablate.spec.sections import IGNORE_INDEX

if TYPE_CHECKING:
    import numpy as np
    import torch


class FocalOptions(ClassWeightedOptions):
    """The focal loss over the softmax: ``-(1 - p)^gamma log(p)`` of the target's probability ``p``.

    Lin et al., 2017, "Focal Loss for Dense Object Detection", with the softmax in place of their sigmoid.
    """

    name: Literal["focal"] = "focal"
    gamma: float = Field(2.0, ge=0.0)
    """How strongly well-classified images and pixels are counted less; 0 is cross-entropy."""

    def build(self, class_counts: np.ndarray[Any, Any], device: str) -> Callable[..., torch.Tensor]:
        """The loss ``(logits (N, C, ...), target (N, ...) int64) -> scalar``."""
        weights = self.weights(class_counts, device)
        return lambda logits, target: focal_loss(logits, target, self.gamma, weights)


def focal_loss(
    logits: torch.Tensor, target: torch.Tensor, gamma: float, weights: torch.Tensor | None
) -> torch.Tensor:
    """The (weighted) mean focal loss of ``logits`` (N, C, ...) for ``target`` (N, ...) int64; a scalar.

    Targets that are ``IGNORE_INDEX`` count nothing; if all are, it is 0.
    """
    import torch
    from torch.nn import functional

    from ablate.losses.precision import widened

    losses = functional.cross_entropy(
        widened(logits), target, ignore_index=IGNORE_INDEX, reduction="none"
    )
    tiny = torch.finfo(losses.dtype).tiny
    # -expm1 keeps 1 - p exact, and so its gradient, where p is nearly 1.
    focused = (-torch.expm1(-losses)).clamp_min(tiny) ** gamma * losses  # 0 where ignored
    counts = target != IGNORE_INDEX
    if weights is None:
        counted = counts.sum().clamp_min(1).to(focused.dtype)
        return focused.mean() * (torch.full_like(counted, target.numel()) / counted)
    of_target = weights[target.clamp_min(0)].to(focused.dtype) * counts
    return (of_target * focused).sum() / of_target.sum().clamp_min(tiny)
