"""The Tversky loss: Dice with weights of its own for false positives and false negatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ablate.losses.overlap import OverlapOptions

if TYPE_CHECKING:
    import torch


class TverskyOptions(OverlapOptions):
    """The overlap is ``TP / (TP + alpha FP + beta FN)`` of soft counts (Salehi et al., 2017).

    Half and half is Dice, one and one Jaccard.
    """

    name: Literal["tversky"] = "tversky"
    alpha: float = Field(0.3, gt=0.0)
    """Weight of false positives."""
    beta: float = Field(0.7, gt=0.0)
    """Weight of false negatives; more than ``alpha`` finds more of small regions."""
    gamma: float = Field(1.0, gt=0.0)
    """Power of the mean over classes; the focal Tversky loss (Abraham and Khan, 2019) has 0.75."""

    def criterion(self, **arguments: Any) -> Callable[..., torch.Tensor]:
        """The library's Tversky loss, and its power."""
        import torch
        from segmentation_models_pytorch.losses import TverskyLoss

        loss: Callable[..., torch.Tensor] = TverskyLoss(
            alpha=self.alpha, beta=self.beta, **arguments
        )
        if self.gamma == 1.0:
            return loss
        tiny = torch.finfo(torch.float32).tiny

        def powered(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            mean = loss(logits, target)
            # The library's own power is NaN, or its gradient, where rounding leaves a mean of 0 or below.
            return mean.clamp_min(tiny) ** self.gamma * (mean > 0)

        return powered
