"""One cycle: a rate that rises to its peak and falls to nearly 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from ablate.errors import TrialError
from ablate.optim.schedulers.base import TorchSchedulerOptions
from ablate.spec.sections import Positive, Probability

if TYPE_CHECKING:
    import torch
    from torch.optim.lr_scheduler import LRScheduler


class OneCycleOptions(TorchSchedulerOptions):
    """Moved after every step over the whole training (Smith and Topin, 2018)."""

    per_step: ClassVar[bool] = True

    name: Literal["one_cycle"] = "one_cycle"
    max_lr: Positive | None = None
    """The peak; ``null``: the optimizer's ``lr``."""
    pct_start: Probability = 0.3
    """Share of the training during which the rate rises."""
    anneal: Literal["cos", "linear"] = "cos"
    """The shape of rise and fall."""
    div_factor: float = Field(25.0, ge=1.0)
    """The peak over the first rate."""
    final_div_factor: float = Field(1e4, ge=1.0)
    """The first rate over the last."""
    three_phase: bool = False
    """Fall to the first rate as fast as it rose, then to the last."""
    cycle_momentum: bool = True
    """Move the momentum (or the first beta) against the rate, between the two values below."""
    base_momentum: float = Field(0.85, ge=0.0, lt=1.0)
    """The momentum at the peak."""
    max_momentum: float = Field(0.95, ge=0.0, lt=1.0)
    """The momentum at both ends."""

    def scheduler(
        self, optimizer: torch.optim.Optimizer, epochs: int, steps_per_epoch: int
    ) -> LRScheduler:
        """``OneCycleLR`` over all steps.

        Raises:
            ablate.errors.TrialError: the optimizer has no momentum to move.
        """
        from torch.optim.lr_scheduler import OneCycleLR

        groups = optimizer.param_groups
        if self.cycle_momentum and not any(key in groups[0] for key in ("momentum", "betas")):
            raise TrialError(
                f"scheduler one_cycle moves the momentum and {type(optimizer).__name__} has none: "
                "set scheduler.cycle_momentum: false"
            )
        peak = self.max_lr or groups[0]["lr"]
        peaks = [peak * (group["lr"] / groups[0]["lr"]) for group in groups]
        return OneCycleLR(optimizer, peaks, total_steps=epochs * steps_per_epoch, **self._shape())

    def _shape(self) -> dict[str, Any]:
        same = "pct_start div_factor final_div_factor three_phase cycle_momentum"
        shape = {name: getattr(self, name) for name in same.split()}
        momentum = {"base_momentum": self.base_momentum, "max_momentum": self.max_momentum}
        return shape | momentum | {"anneal_strategy": self.anneal}
