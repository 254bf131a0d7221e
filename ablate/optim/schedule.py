"""One learning-rate schedule: a scheduler of torch, and a warm-up over it (this module imports torch)."""

from __future__ import annotations

from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

#: What schedulers move in an optimizer's groups (one-cycle moves the momentum as well).
_MOVED = ("lr", "momentum", "betas")


class Schedule:
    """Moves the learning rate after each step and each epoch.

    The rate is that of ``main``, a scheduler of torch which never sees the warm-up, times a factor that rises
    linearly from ``1 / warmup_steps`` at the first step to 1.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        main: LRScheduler,
        *,
        per_step: bool = False,
        warmup_steps: int = 0,
    ) -> None:
        self._optimizer = optimizer
        self._main = main
        self._per_step = per_step
        self._warmup_steps = warmup_steps
        self._steps = 0
        self._rates = [group["lr"] for group in optimizer.param_groups]
        self._apply()

    @property
    def lr(self) -> float:
        """The rate that the next step uses (of the first parameter group)."""
        return float(self._optimizer.param_groups[0]["lr"])

    def after_step(self) -> None:
        """Call after each step of the optimizer."""
        self._steps += 1
        # torch's one-cycle swings back when it is moved on after its last step.
        if self._per_step and self._steps < getattr(self._main, "total_steps", float("inf")):
            self._advance()
        self._apply()

    def after_epoch(self, monitored: float | None = None) -> None:
        """Call after each epoch, with the monitored value so oriented that larger is better.

        Raises:
            ValueError: a plateau schedule got no value.
        """
        if self._per_step:
            return
        if not isinstance(self._main, ReduceLROnPlateau):
            self._advance()
        elif monitored is None:
            raise ValueError("a plateau schedule needs the monitored value of every epoch")
        else:
            self._advance(monitored)
        self._apply()

    def state_dict(self) -> dict[str, Any]:
        """All that :meth:`load_state_dict` needs to go on exactly; plain values."""
        groups = [
            {key: group[key] for key in _MOVED if key in group}
            for group in self._optimizer.param_groups
        ]
        return {
            "main": self._main.state_dict(),
            "steps": self._steps,
            "rates": list(self._rates),
            "groups": groups,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where ``state`` was taken, whether the optimizer's own state is loaded before or after."""
        self._main.load_state_dict(state["main"])
        self._steps = state["steps"]
        self._rates = list(state["rates"])
        for group, moved in zip(self._optimizer.param_groups, state["groups"], strict=True):
            group.update(moved)

    def _advance(self, *monitored: Any) -> None:
        for group, rate in zip(self._optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate
        self._main.step(*monitored)
        self._rates = [group["lr"] for group in self._optimizer.param_groups]

    def _apply(self) -> None:
        warm = self._steps + 1 >= self._warmup_steps
        factor = 1.0 if warm else (self._steps + 1) / self._warmup_steps
        for group, rate in zip(self._optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * factor
