"""A rate that falls after chosen epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_validator

from ablate.optim.schedulers.base import TorchSchedulerOptions
from ablate.spec.options import invalid
from ablate.spec.sections import Positive

if TYPE_CHECKING:
    import torch
    from torch.optim.lr_scheduler import LRScheduler


class MultiStepOptions(TorchSchedulerOptions):
    """The rate times ``gamma`` after each of the epochs ``milestones``."""

    name: Literal["multistep"] = "multistep"
    milestones: tuple[Annotated[int, Field(ge=1)], ...] = Field(min_length=1)
    """Numbers of epochs, rising."""
    gamma: Positive = 0.1
    """Factor at each milestone."""

    @field_validator("milestones")
    @classmethod
    def _milestones_rise(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if list(value) != sorted(set(value)):
            raise invalid(f"milestones must rise, not {', '.join(map(str, value))}")
        return value

    def scheduler(
        self, optimizer: torch.optim.Optimizer, epochs: int, steps_per_epoch: int
    ) -> LRScheduler:
        """``MultiStepLR``."""
        from torch.optim.lr_scheduler import MultiStepLR

        return MultiStepLR(optimizer, milestones=list(self.milestones), gamma=self.gamma)

    def warnings(self, epochs: int, patience: int | None) -> list[tuple[str, str]]:
        """Milestones that the training never passes."""
        late = [str(milestone) for milestone in self.milestones if milestone >= epochs]
        found = super().warnings(epochs, patience)
        if not late:
            return found
        return [*found, ("milestones", f"{', '.join(late)} never acts in {epochs} epochs")]
