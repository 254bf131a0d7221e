"""The Jaccard loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from ablate.losses.overlap import OverlapOptions

if TYPE_CHECKING:
    import torch


class JaccardOptions(OverlapOptions):
    """The overlap is ``|A and B| / |A or B|``: a soft IoU (Rahman and Wang, 2016)."""

    name: Literal["jaccard"] = "jaccard"
    log_loss: bool = False
    """Minus the overlap's logarithm in place of one minus the overlap."""

    def criterion(self, **arguments: Any) -> Callable[..., torch.Tensor]:
        """The library's Jaccard loss."""
        from segmentation_models_pytorch.losses import JaccardLoss

        loss: Callable[..., torch.Tensor] = JaccardLoss(log_loss=self.log_loss, **arguments)
        return loss
