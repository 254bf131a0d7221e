"""Training one trial from start to end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ablate.data import PreparedData
from ablate.engine.artifacts import write_architecture, write_start
from ablate.engine.assemble import assemble
from ablate.engine.checkpoint import Checkpoints
from ablate.engine.epochs import is_done, run_epoch
from ablate.engine.finish import finish
from ablate.engine.frozen_features import with_frozen_features
from ablate.engine.measure import parameters
from ablate.engine.probes import probes_of
from ablate.engine.representations import representations_of
from ablate.engine.state import TrainState
from ablate.engine.trainer import Trainer
from ablate.engine.watch import Progress, Watch
from ablate.files import hash_value
from ablate.results import EpochMetrics, Event, Started
from ablate.spec.config import TrialConfig
from ablate.spec.options import identity_tree

#: Changes whenever a checkpoint of an older version could not be continued.
_CHECKPOINT_FORMAT = 2


def fit(
    config: TrialConfig,
    data: PreparedData,
    *,
    seed: int,
    folder: Path,
    device: str,
    progress: Progress | None = None,
) -> Iterator[Event]:
    """Train ``config`` on ``data``; yields Started, EpochMetrics for each epoch, and Finished.

    Results go to ``folder/artifacts``. While it trains, ``folder/checkpoints`` holds what a later call
    with the same arguments goes on from: it yields Started again, then the epochs after the
    checkpoint, of which some may have been yielded before, with the same values. A checkpoint is
    written after its epoch's event was taken, and all are deleted after Finished was: take every
    event, to the end of the iterator.

    Raises:
        Diverged: the loss became NaN or infinite.
        TrialError: the configuration does not fit the data or the device.
        DataError: the normalisation does not fit the images.
    """
    begun_s = time.monotonic()
    trainer = assemble(config, data, seed=seed, device=device)
    probes = probes_of(config, data, folder / "artifacts")
    representations = representations_of(trainer, data, folder / "artifacts")
    architecture = write_architecture(
        folder / "artifacts", trainer.task.network(trainer.model), data.shape
    )
    write_start(folder / "artifacts", trainer.normalization, trainer.loaded)
    checkpoints = Checkpoints(folder / "checkpoints", _identity(config, data, seed))
    state = _resume(trainer, checkpoints)
    trainer = with_frozen_features(trainer, data)
    probes.begin(state.epoch)
    representations.begin(state.epoch)
    begun_s -= state.duration_s
    yield _started(trainer)
    watch = Watch(progress)
    while not is_done(config, state):
        state, metrics = run_epoch(trainer, data, state, watch)
        probes.after_epoch(trainer, state.epoch, metrics, last=is_done(config, state))
        representations.after_epoch(state.epoch, metrics, last=is_done(config, state))
        yield EpochMetrics(state.epoch, _now_ms(), metrics)
        state = replace(state, duration_s=time.monotonic() - begun_s)
        checkpoints.save_if_due(partial(_snapshot, trainer, state))
    finished = finish(trainer, data, state, folder / "artifacts", begun_s, architecture.flops)
    representations.finish()
    yield finished
    checkpoints.remove()


def _identity(config: TrialConfig, data: PreparedData, seed: int) -> str:
    return hash_value(
        {
            "format": _CHECKPOINT_FORMAT,
            "config": identity_tree(config),
            "fingerprint": data.fingerprint,
            "seed": seed,
        }
    )


def _resume(trainer: Trainer, checkpoints: Checkpoints) -> TrainState:
    saved = checkpoints.load()
    if saved is None:
        return TrainState()
    trainer.load_state_dict(saved["trainer"])
    return TrainState.from_plain(saved["state"])


def _snapshot(trainer: Trainer, state: TrainState) -> dict[str, Any]:
    return {"trainer": trainer.state_dict(), "state": state.to_plain()}


def _started(trainer: Trainer) -> Started:
    total, trainable = parameters(trainer.model)
    epochs = trainer.config.train.epochs
    return Started(_now_ms(), trainer.execution.name, total, trainable, epochs)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
