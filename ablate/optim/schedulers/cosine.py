"""A rate that falls along half a cosine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ablate.optim.schedulers.base import TorchSchedulerOptions

if TYPE_CHECKING:
    import torch
    from torch.optim.lr_scheduler import LRScheduler


class CosineOptions(TorchSchedulerOptions):
    """From the optimizer's rate to ``min_lr`` over the training (Loshchilov and Hutter, 2017)."""

    name: Literal["cosine"] = "cosine"
    min_lr: float = Field(0.0, ge=0.0)
    """The rate after the last epoch."""

    def scheduler(
        self, optimizer: torch.optim.Optimizer, epochs: int, steps_per_epoch: int
    ) -> LRScheduler:
        """``CosineAnnealingLR`` over all epochs."""
        from torch.optim.lr_scheduler import CosineAnnealingLR

        return CosineAnnealingLR(optimizer, T_max=epochs, eta_min=self.min_lr)
