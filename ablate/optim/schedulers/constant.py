"""A rate that stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ablate.optim.schedulers.base import TorchSchedulerOptions

if TYPE_CHECKING:
    import torch
    from torch.optim.lr_scheduler import LRScheduler


class ConstantOptions(TorchSchedulerOptions):
    """The optimizer's rate throughout, after the warm-up if there is one."""

    name: Literal["constant"] = "constant"

    def scheduler(
        self, optimizer: torch.optim.Optimizer, epochs: int, steps_per_epoch: int
    ) -> LRScheduler:
        """``ConstantLR`` with factor 1."""
        from torch.optim.lr_scheduler import ConstantLR

        return ConstantLR(optimizer, factor=1.0, total_iters=0)
