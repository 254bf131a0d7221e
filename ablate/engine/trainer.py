"""All that changes during training, and the step and the epoch that change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn
from torch.amp import GradScaler
from torch.nn.utils import clip_grad_norm_
from torch.optim import Optimizer

from ablate.data.batches import Batch, TrainBatches
from ablate.engine.device import Execution
from ablate.engine.seeding import start_stream
from ablate.engine.watch import Watch
from ablate.metrics.counts import Counts
from ablate.models.loading import LoadReport
from ablate.spec.config import TrialConfig
from ablate.spec.labels import Labels
from ablate.spec.values import Normalization
from ablate.tasks.task import BatchTally, TaskOptions

if TYPE_CHECKING:
    from ablate.engine.frozen_features import FrozenFeatures


class FeatureBatch(Batch):
    """A batch whose ``image`` holds what the frozen part of the network made of the images, (N, ...)."""


@dataclass(frozen=True, slots=True)
class Trainer:
    """A model on its device with everything that trains it.

    ``resting``: the frozen modules, which stay in evaluation mode. ``features``: what the frozen part of the model
    makes of the images, where that is computed once. ``loaded``: what became of the tensors of an earlier training,
    if it starts from one.
    """

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
    resting: tuple[nn.Module, ...] = ()
    features: FrozenFeatures | None = None
    loaded: LoadReport | None = None

    def train_epoch(self, epoch: int, watch: Watch) -> Counts:
        """One pass over the training set.

        The counts are running ones: of each batch in training mode, before its step.

        Raises:
            Diverged: the loss became NaN or infinite.
        """
        start_stream(self.seed, "train", epoch)
        self.train_mode()
        tally = self.tally(training=True)
        steps = self.batches.steps_per_epoch
        for number, batch in enumerate(self._epoch(epoch), 1):
            logits, loss = self.forward(batch)
            self._step(loss)
            tally.add(logits, batch.target, loss)
            watch.after_step(epoch, number, steps, tally)
        return tally.compute()

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """What the model makes of a batch, and its loss."""
        with self.execution.autocast():
            logits = self.logits(batch)
        return logits, self.task.loss(self.criterion, logits, batch.target)

    def train_mode(self) -> None:
        """Put the model into training mode, but for what is frozen."""
        self.model.train()
        for module in self.resting:
            module.eval()

    def logits(self, batch: Batch) -> Tensor:
        """The model's output for a batch of images, or of features where there are any."""
        if self.features is not None and isinstance(batch, FeatureBatch):
            return self.features.tail(batch.image)  # type: ignore[no-any-return]
        return self.model(self.execution.place_images(batch.image))  # type: ignore[no-any-return]

    def _epoch(self, number: int) -> Iterator[Batch]:
        if self.features is None:
            return self.batches.epoch(number)
        return (self.features.at("train", rows) for rows in self.batches.rows(number))

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
