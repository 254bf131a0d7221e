"""The Dice loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from ablate.losses.overlap import OverlapOptions

if TYPE_CHECKING:
    import torch


class DiceOptions(OverlapOptions):
    """The overlap is ``2 |A and B| / (|A| + |B|)`` (Milletari et al., 2016, without their squares)."""

    name: Literal["dice"] = "dice"
    log_loss: bool = False
    """Minus the overlap's logarithm in place of one minus the overlap."""

    def criterion(self, **arguments: Any) -> Callable[..., torch.Tensor]:
        """The library's Dice loss."""
        from segmentation_models_pytorch.losses import DiceLoss

        loss: Callable[..., torch.Tensor] = DiceLoss(log_loss=self.log_loss, **arguments)
        return loss
