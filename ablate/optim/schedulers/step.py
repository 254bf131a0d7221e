"""A rate that falls every so many epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ablate.optim.schedulers.base import TorchSchedulerOptions
from ablate.spec.sections import Positive

if TYPE_CHECKING:
    import torch
    from torch.optim.lr_scheduler import LRScheduler


class StepOptions(TorchSchedulerOptions):
    """The rate times ``gamma`` after every ``step_size`` epochs."""

    name: Literal["step"] = "step"
    step_size: int = Field(ge=1)
    """Epochs between two changes."""
    gamma: Positive = 0.1
    """Factor of each change."""

    def scheduler(
        self, optimizer: torch.optim.Optimizer, epochs: int, steps_per_epoch: int
    ) -> LRScheduler:
        """``StepLR``."""
        from torch.optim.lr_scheduler import StepLR

        return StepLR(optimizer, step_size=self.step_size, gamma=self.gamma)

    def warnings(self, epochs: int, patience: int | None) -> list[tuple[str, str]]:
        """A step that the training never reaches."""
        found = super().warnings(epochs, patience)
        if self.step_size < epochs:
            return found
        return [*found, ("step_size", f"{self.step_size} epochs: never acts in {epochs} epochs")]
