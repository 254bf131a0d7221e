"""A rate that shrinks by the same factor every epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ablate.optim.schedulers.base import TorchSchedulerOptions
from ablate.spec.sections import Positive

if TYPE_CHECKING:
    import torch
    from torch.optim.lr_scheduler import LRScheduler


class ExponentialOptions(TorchSchedulerOptions):
    """The rate times ``gamma`` after every epoch."""

    name: Literal["exponential"] = "exponential"
    gamma: Positive
    """Factor of each epoch."""

    def scheduler(
        self, optimizer: torch.optim.Optimizer, epochs: int, steps_per_epoch: int
    ) -> LRScheduler:
        """``ExponentialLR``."""
        from torch.optim.lr_scheduler import ExponentialLR

        return ExponentialLR(optimizer, gamma=self.gamma)
