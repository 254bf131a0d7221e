"""A rate that falls when the validation value no longer improves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ablate.optim.schedulers.base import TorchSchedulerOptions

if TYPE_CHECKING:
    import torch
    from torch.optim.lr_scheduler import LRScheduler


class PlateauOptions(TorchSchedulerOptions):
    """The rate times ``factor`` when the primary metric on ``val`` has not improved for a while."""

    name: Literal["plateau"] = "plateau"
    factor: float = Field(0.1, gt=0.0, lt=1.0)
    """What the rate is multiplied by."""
    patience: int = Field(10, ge=0)
    """Epochs in a row without improvement that are let pass."""
    threshold: float = Field(1e-4, ge=0.0)
    """The smallest change that counts as improvement, in the metric's own unit."""
    cooldown: int = Field(0, ge=0)
    """Epochs after a fall before those without improvement are counted again."""
    min_lr: float = Field(0.0, ge=0.0)
    """The rate is never lowered below this."""

    def scheduler(
        self, optimizer: torch.optim.Optimizer, epochs: int, steps_per_epoch: int
    ) -> LRScheduler:
        """``ReduceLROnPlateau`` of a value so oriented that larger is better."""
        from torch.optim.lr_scheduler import ReduceLROnPlateau

        return ReduceLROnPlateau(
            optimizer,
            mode="max",
            factor=self.factor,
            patience=self.patience,
            threshold=self.threshold,
            # A relative threshold would call a slightly worse negative value an improvement.
            threshold_mode="abs",
            cooldown=self.cooldown,
            min_lr=self.min_lr,
        )

    def warnings(self, epochs: int, patience: int | None) -> list[tuple[str, str]]:
        """A patience that early stopping, or the end of training, comes before."""
        found = super().warnings(epochs, patience)
        if patience is not None and self.patience >= patience:
            message = (
                f"patience {self.patience} is not below early stopping's {patience}: "
                "training stops before the rate falls"
            )
            return [*found, ("patience", message)]
        if self.patience + 1 >= epochs:
            return [*found, ("patience", f"patience {self.patience} never acts in {epochs} epochs")]
        return found
