"""One epoch: train, validate, decide what is best so far."""

from __future__ import annotations

import time
from dataclasses import replace

from ablate.data import PreparedData
from ablate.engine.artifacts import copy_weights
from ablate.engine.evaluate import evaluate
from ablate.engine.scores import monitored_value, split_metrics, update_best
from ablate.engine.state import ScoredEpoch, TrainState
from ablate.engine.trainer import Trainer
from ablate.engine.watch import Watch, check_finite
from ablate.spec.config import TrialConfig


def is_done(config: TrialConfig, state: TrainState) -> bool:
    """Whether the last epoch ran, or early stopping says so."""
    if state.epoch >= config.train.epochs:
        return True
    return state.monitored.stalled(state.epoch, config.train.patience)


def run_epoch(
    trainer: Trainer, data: PreparedData, state: TrainState, watch: Watch
) -> tuple[TrainState, dict[str, float]]:
    """The state after the next epoch, and what is recorded of it.

    ``lr`` is the learning rate at the start of the epoch.

    Raises:
        Diverged: the training or the validation loss became NaN or infinite, or the task sees no sense in going on.
    """
    epoch, rate = state.epoch + 1, float(trainer.schedule.lr)
    begun = time.monotonic()
    train = trainer.train_epoch(epoch, watch)
    train_duration_s = state.train_duration_s + time.monotonic() - begun
    scored = ScoredEpoch(epoch, train, evaluate(trainer, data, "val"))
    check_finite(scored.val.loss, "validation loss", epoch)
    trainer.task.check(scored.val, epoch)
    value = monitored_value(trainer.task, trainer.config.primary, scored.val, data.labels)
    trainer.schedule.after_epoch(value if trainer.config.primary.maximize else -value)
    updated = _advance(trainer, state, scored, value)
    return replace(updated, train_duration_s=train_duration_s), {
        **split_metrics(trainer.task, "train", scored.train, data.labels),
        **split_metrics(trainer.task, "val", scored.val, data.labels),
        trainer.config.primary.monitored: value,
        "lr": rate,
    }


def _advance(trainer: Trainer, state: TrainState, scored: ScoredEpoch, value: float) -> TrainState:
    maximize = trainer.config.primary.maximize
    monitored = state.monitored.update(scored.epoch, value, maximize=maximize)
    after = replace(
        state,
        epoch=scored.epoch,
        monitored=monitored,
        best=update_best(state.best, trainer.task, scored.epoch, scored.val, trainer.labels),
    )
    if trainer.config.train.checkpoint == "last":
        return replace(after, chosen=scored)
    if monitored.epoch == scored.epoch:
        return replace(after, chosen=scored, weights=copy_weights(trainer.model))
    return after
