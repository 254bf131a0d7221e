"""The end of a trial: the chosen checkpoint, scored on every split and written to disk."""

from __future__ import annotations

import time
from pathlib import Path

from ablate.data import PreparedData
from ablate.data.overlap import overlaps, recorded
from ablate.engine.artifacts import (
    copy_weights,
    write_outcomes,
    write_predictions,
    write_weights,
)
from ablate.engine.evaluate import evaluate
from ablate.engine.measure import parameters, peak_memory_bytes
from ablate.engine.scores import averaged_classes, final_metrics
from ablate.engine.state import ScoredEpoch, TrainState
from ablate.engine.trainer import Trainer
from ablate.errors import TrialError
from ablate.metrics.counts import Counts
from ablate.results import Finished


def finish(
    trainer: Trainer,
    data: PreparedData,
    state: TrainState,
    folder: Path,
    begun_s: float,
    flops: int | None,
) -> Finished:
    """Load the chosen weights, evaluate them on ``test``, write the artifacts.

    The test split is evaluated here and nowhere else. ``begun_s`` is when the trial began, by the monotonic clock;
    ``flops`` are those of one image, ``None`` where they are unknown.

    Raises:
        TrialError: under ``checkpoint: best`` the monitored metric was never defined.
    """
    chosen = _choose(trainer, state)
    counts: dict[str, Counts] = {"val": chosen.val}
    if "test" in data.splits:
        counts["test"] = evaluate(trainer, data, "test")
    write_predictions(folder, counts, data.labels)
    write_outcomes(folder, counts, data)
    write_weights(folder, trainer.task.kept(state.weights or copy_weights(trainer.model)))
    return Finished(
        time_ms=time.time_ns() // 1_000_000,
        final=final_metrics(trainer.task, {"train": chosen.train, **counts}, data.labels),
        best={name: best.value for name, best in state.best.items() if best.epoch},
        measured={
            **_measure(trainer, state, chosen, time.monotonic() - begun_s),
            **{f"best_epoch/{name}": best.epoch for name, best in state.best.items() if best.epoch},
            **({} if flops is None else {"flops": flops}),
            **averaged_classes(counts, data.labels),
            **recorded(overlaps(data)),
        },
        classes=data.classes,
    )


def _choose(trainer: Trainer, state: TrainState) -> ScoredEpoch:
    if state.chosen is None:
        raise TrialError(
            f"no checkpoint is the best of {trainer.config.primary.monitored!r}: it was undefined "
            "in every epoch, for lack of such images in val"
        )
    if state.weights is not None:
        trainer.model.load_state_dict(state.weights)
    return state.chosen


def _measure(
    trainer: Trainer, state: TrainState, chosen: ScoredEpoch, duration_s: float
) -> dict[str, float]:
    total, trainable = parameters(trainer.model)
    features_s = trainer.features.duration_s if trainer.features else 0.0
    train_duration_s = state.train_duration_s + features_s
    return {
        "duration_s": duration_s,
        "train_duration_s": train_duration_s,
        "epochs_run": state.epoch,
        "best_epoch": state.monitored.epoch,
        "stopped_early": int(state.epoch < trainer.config.train.epochs),
        "parameters": total,
        "trainable_parameters": trainable,
        "peak_memory_bytes": peak_memory_bytes(trainer.execution),
        "images_per_s": chosen.train.images * state.epoch / train_duration_s,
    }
