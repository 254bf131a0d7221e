"""What a trial's own process does: read its job, train, and append events to its folder."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ablate.data.place import DataPlace
from ablate.events import EventWriter, read_events
from ablate.progress.channel import ProgressWriter
from ablate.results import EpochMetrics, Event
from ablate.schedule.job import Slot
from ablate.spec.config import TrialConfig
from ablate.spec.options import freeze, to_tree

#: Imported once by the process that all trials are forked from.
PRELOAD = ("ablate.runner.preload",)
TARGET = "ablate.runner.worker:run_trial"


def payload(config: TrialConfig, seed: int, place: DataPlace) -> dict[str, Any]:
    """What a trial's process needs to know, as JSON."""
    return {
        "config": to_tree(config),
        "seed": seed,
        "roots": [str(root) for root in place.roots],
        "cache": str(place.cache),
    }


def run_trial(folder: Path, slot: Slot) -> None:
    """Train the trial whose ``job.json`` stands in ``folder``, on ``slot``.

    Its events go to ``events.jsonl``, each on disk before the next epoch starts. What goes wrong in training is
    itself an event; only a crash leaves none.
    """
    job = freeze(json.loads((folder / "job.json").read_text(encoding="utf-8")))
    logging.basicConfig(format="%(message)s")  # into the trial's log
    logging.getLogger("ablate").setLevel(logging.INFO)
    log = _EventLog(folder / "events.jsonl")
    try:
        _train(job, folder, slot, log)
    except BaseException as error:
        from ablate.engine.failures import failure

        log.write(failure(error))
        raise
    finally:
        log.close()


class _EventLog:
    """Writes events; an epoch that an earlier attempt has already written is not repeated."""

    def __init__(self, path: Path) -> None:
        known = read_events(path)
        self._epochs = {event.epoch for event in known if isinstance(event, EpochMetrics)}
        self._writer = EventWriter(path)
        self.close = self._writer.close

    def write(self, event: Event) -> None:
        if not isinstance(event, EpochMetrics) or event.epoch not in self._epochs:
            self._writer.write(event)


def _train(job: Mapping[str, Any], folder: Path, slot: Slot, log: _EventLog) -> None:
    import torch

    from ablate.data.prepare import prepare
    from ablate.engine.fit import fit

    torch.set_num_threads(slot.threads)
    config = TrialConfig.model_validate(job["config"])
    place = DataPlace(tuple(Path(root) for root in job["roots"]), Path(job["cache"]), None)
    data = prepare(config.data, place)
    progress = ProgressWriter(folder / "progress")
    report = _reporter(progress, config.train.epochs)
    events = fit(config, data, seed=job["seed"], folder=folder, device=slot.device, progress=report)
    for event in events:
        log.write(event)


def _reporter(progress: ProgressWriter, epochs: int) -> Any:
    def report(epoch: int, batch: int, batches: int, loss: float) -> None:
        progress.update(epoch, epochs, batch, batches, loss)

    return report
