"""How much GPU memory a trial takes, as earlier trials of the same shape did."""

from __future__ import annotations

from ablate.files import hash_value
from ablate.results import Finished
from ablate.runner.desk import Desk
from ablate.runner.study import Study
from ablate.schedule.job import Job, Outcome
from ablate.spec.config import Config
from ablate.spec.options import to_tree

_PEAK = "peak_memory_bytes"


class Peaks:
    """The largest measured peak of each shape: what the network is and how large its batches are."""

    def __init__(self, study: Study, desk: Desk) -> None:
        self._study = study
        self._desk = desk
        self._known: dict[str, int] = {}
        for result in study.results():
            condition = study.plan.conditions.get(result.condition)
            if condition is not None and result.device.startswith("cuda"):
                self._learn(_shape(condition.config), result.measured.get(_PEAK))

    def need_bytes(self, job: Job) -> int | None:
        """The peak of earlier trials like this one, ``None`` if there was none."""
        return self._known.get(self._shape_of(job))

    def learn(self, outcome: Outcome) -> None:
        """Take up what a trial took."""
        if isinstance(outcome.event, Finished) and outcome.slot.device.startswith("cuda"):
            self._learn(self._shape_of(outcome.job), outcome.event.measured.get(_PEAK))

    def _shape_of(self, job: Job) -> str:
        return _shape(self._desk.configs[job.identity])

    def _learn(self, shape: str, peak: float | None) -> None:
        if peak:
            self._known[shape] = max(self._known.get(shape, 0), int(peak))


def _shape(config: Config) -> str:
    training = config.training
    if training is None:
        return hash_value(to_tree(config))
    data = {key: value for key, value in to_tree(training.data).items() if key != "augment"}
    parts = (
        training.task,
        training.model,
        training.loss,
        training.optimizer.name,
        training.train.precision,
    )
    return hash_value([data, *(to_tree(part) for part in parts)])
