"""What every schedule has in common: warm-up, and building around a scheduler of torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ablate.spec.sections import SchedulerOptions

if TYPE_CHECKING:
    import torch
    from torch.optim.lr_scheduler import LRScheduler

    from ablate.optim.schedule import Schedule


class TorchSchedulerOptions(SchedulerOptions):
    """A scheduler of ``torch.optim.lr_scheduler``, moved after each epoch, or after each step."""

    per_step: ClassVar[bool] = False

    def build(
        self, optimizer: torch.optim.Optimizer, epochs: int, steps_per_epoch: int
    ) -> Schedule:
        """The schedule of a training; it sets the optimizer's first rate at once."""
        from ablate.optim.schedule import Schedule

        return Schedule(
            optimizer,
            self.scheduler(optimizer, epochs, steps_per_epoch),
            per_step=self.per_step,
            warmup_steps=round(self.warmup_epochs * steps_per_epoch),
        )

    def scheduler(
        self, optimizer: torch.optim.Optimizer, epochs: int, steps_per_epoch: int
    ) -> LRScheduler:
        """The scheduler of torch, without the warm-up."""
        raise NotImplementedError

    def warnings(self, epochs: int, patience: int | None) -> list[tuple[str, str]]:
        """Choices that are legal and probably not meant: (field, message).

        ``patience`` is that of early stopping, ``None`` without it.
        """
        if self.warmup_epochs < epochs:
            return []
        message = (
            f"the warm-up lasts {self.warmup_epochs:g} epochs and the training {epochs}: "
            "the rate never leaves the warm-up"
        )
        return [("warmup_epochs", message)]
