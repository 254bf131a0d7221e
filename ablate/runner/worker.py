"""What a trial's own process does: read its job, train, and append events to its folder."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ablate.data.place import DataPlace
from ablate.errors import TrialError
from ablate.plan.types import Plan
from ablate.progress.channel import ProgressWriter
from ablate.results import Event, Finished
from ablate.runner.event_log import EventLog
from ablate.runner.job_config import job_config
from ablate.schedule.job import Slot
from ablate.spec.config import Config, TrialConfig
from ablate.spec.options import freeze, to_tree

#: What runs a trial of each task that is a script.
_SCRIPT_TARGETS = {
    "command": "ablate.runner.command_worker:run_command",
    "python": "ablate.runner.python_worker:run_python",
}
#: What representations are measured and projected with.
_OF_REPRESENTATIONS = {"sklearn.decomposition", "sklearn.manifold", "sklearn.neighbors"}


def target_of(plan: Plan) -> str:
    """The function that runs the trials of a plan, as ``"module:function"``."""
    script = plan.example.script
    return "ablate.runner.worker:run_trial" if script is None else _SCRIPT_TARGETS[script.task.name]


def preload_of(plan: Plan) -> tuple[str, ...]:
    """The modules that are imported once, by the process that all trials of a plan are forked from."""
    script = plan.example.script
    if script is not None:
        module = target_of(plan).partition(":")[0]
        return (module, "ablate.metrics.classification", *script.task.modules)
    configs = [plan.example, *(condition.config for condition in plan.conditions.values())]
    trainings = [config.training for config in configs if config.training]
    members = [part for config in trainings for part in (config.model, config.loss)]
    libraries = {library for member in members if member for library in member.libraries}
    if any(config.representations is not None for config in trainings):
        libraries |= _OF_REPRESENTATIONS
    return ("ablate.runner.preload", *sorted(libraries))


def payload(config: Config, seed: int, place: DataPlace, study_folder: Path) -> dict[str, Any]:
    """What a trial's process needs to know, as JSON."""
    training = config.training
    return {
        "config": to_tree(config) if training else _without_plugins(config),
        "seed": seed,
        "roots": [str(root) for root in place.roots],
        "cache": str(place.cache),
        "study_folder": str(study_folder.absolute()),
        "plugins": {str(file.path): file.digest for file in training.plugins} if training else {},
    }


def _without_plugins(script: Config) -> dict[str, Any]:
    """A script's configuration as its own process can read it, which knows no plugin's metric and so no direction."""
    direction = "max" if script.primary.maximize else "min"
    return {**to_tree(script), "primary": {"metric": script.primary.metric, "direction": direction}}


def run_trial(folder: Path, slot: Slot) -> None:
    """Train the trial whose ``job.json`` stands in ``folder``, on ``slot``.

    Its events go to ``events.jsonl``, each on disk before the next epoch starts. What goes wrong in training is
    itself an event; only a crash leaves none.
    """
    job = freeze(json.loads((folder / "job.json").read_text(encoding="utf-8")))
    logging.basicConfig(format="%(message)s")  # into the trial's log
    logging.getLogger("ablate").setLevel(logging.INFO)
    log = EventLog(folder / "events.jsonl")
    try:
        with job_config(job) as config:
            _train(config, job, folder, slot, log)
    except BaseException as error:
        from ablate.engine.failures import failure

        log.write(failure(error))
        raise
    finally:
        log.close()


def _train(
    config: TrialConfig, job: Mapping[str, Any], folder: Path, slot: Slot, log: EventLog
) -> None:
    import torch

    from ablate.data.prepare import prepare
    from ablate.engine.fit import fit

    torch.set_num_threads(slot.threads)
    place = DataPlace(tuple(Path(root) for root in job["roots"]), Path(job["cache"]), None)
    data = prepare(config.data, place, spaces=config.label_spaces)
    if data.fingerprint != job["fingerprint"] and not type(config.data).__plugin_files__:
        raise TrialError(
            f"data set '{data.name}' has changed since the study was checked. Run the same command again"
        )
    progress = ProgressWriter(folder / "progress")
    report = _reporter(progress, config.train.epochs)
    events = fit(config, data, seed=job["seed"], folder=folder, device=slot.device, progress=report)
    for event in events:
        log.write(_with_overlaps(event, job.get("overlaps", {})))


def _with_overlaps(event: Event, overlaps: Mapping[str, int]) -> Event:
    """A result that knows what its stages had seen of its images."""
    if not isinstance(event, Finished):
        return event
    return replace(event, measured={**event.measured, **overlaps})


def _reporter(progress: ProgressWriter, epochs: int) -> Any:
    def report(epoch: int, batch: int, batches: int, loss: float) -> None:
        progress.update(epoch, epochs, batch, batches, loss)

    return report
