"""All that changes during training, and the step and the epoch that change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.amp import GradScaler
from torch.nn.utils import clip_grad_norm_
from torch.optim import Optimizer

from ablate.data.batches import Batch, TrainBatches
from ablate.engine.device import Execution
from ablate.engine.seeding import start_stream
from ablate.engine.watch import Watch
from ablate.metrics.counts import Counts
from ablate.spec.config import TrialConfig
from ablate.spec.labels import Labels
from ablate.spec.values import Normalization
from ablate.tasks.task import BatchTally, TaskOptions


@dataclass(frozen=True, slots=True)
class Trainer:
    """A model on its device with everything that trains it."""

    config: TrialConfig
    task: TaskOptions
    seed: int
    labels: Labels
    execution: Execution
    normalization: Normalization
    model: nn.Module
    criterion: Callable[..., Tensor]
    batches: TrainBatches
    optimizer: Optimizer
    schedule: Any
    scaler: GradScaler

    def train_epoch(self, epoch: int, watch: Watch) -> Counts:
        """One pass over the training set.

        The counts are running ones: of each batch in training mode, before its step.

        Raises:
            Diverged: the loss became NaN or infinite.
        """
        start_stream(self.seed, "train", epoch)
        self.model.train()
        tally = self.tally(training=True)
        steps = self.batches.steps_per_epoch
        for number, batch in enumerate(self.batches.epoch(epoch), 1):
            logits, loss = self.forward(batch)
            self._step(loss)
            tally.add(logits, batch.target, loss)
            watch.after_step(epoch, number, steps, tally)
        return tally.compute()

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """What the model makes of a batch, and its loss."""
        with self.execution.autocast():
            logits = self.model(self.execution.place_images(batch.image))
        return logits, self.task.loss(self.criterion, logits, batch.target)

    def _step(self, loss: Tensor) -> None:
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        if self.config.train.clip_norm is not None:
            self.scaler.unscale_(self.optimizer)
            clip_grad_norm_(self.model.parameters(), self.config.train.clip_norm)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad(set_to_none=True)
        self.schedule.after_step()
        self.task.after_step(self.model)

    def tally(self, *, training: bool) -> BatchTally:
        """An empty tally on the trial's device."""
        return self.task.tally(self.labels, self.execution.device, training=training)

    def state_dict(self) -> dict[str, Any]:
        """What the next epoch depends on, but for its number."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "scaler": self.scaler.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go back to a state that :meth:`state_dict` gave."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.scaler.load_state_dict(state["scaler"])
