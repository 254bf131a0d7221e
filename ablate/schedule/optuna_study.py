"""The Optuna study of a study: a journal that Optuna's own tools read. Disposable; the records are the truth.

Optuna is imported where it is used, since that takes 0.2 s.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from ablate.results import Direction, Status
from ablate.schedule.space import Space

if TYPE_CHECKING:
    from optuna.storages import JournalStorage
    from optuna.trial import TrialState


@dataclass(frozen=True, slots=True)
class PastTrial:
    """A finished trial of the records: ``params`` maps factors to levels, ``value`` is the primary metric."""

    identity: str
    name: str
    params: Mapping[str, Any]
    value: float
    user_attrs: Mapping[str, Any] = field(default_factory=dict)


class OptunaLedger:
    """Writes attempts into an Optuna study as trials with fixed parameters.

    One process at a time may write; hold the study's lock. Opening cuts off the line that a killed driver
    left incomplete, and marks the trials that it left running as failed.

    Args:
        journal: the file, made if it is missing.
        study: the name; Optuna's has the hash of the space appended, since an Optuna study cannot get new levels.
        direction: ``"max"`` or ``"min"``, of the primary metric.
        factors: the levels of each factor.
    """

    def __init__(
        self, journal: Path, study: str, direction: Direction, factors: Mapping[str, Sequence[Any]]
    ) -> None:
        self._space = Space(factors)
        self.study_name = f"{study}-{self._space.key}"
        self._storage = _open(journal)
        self._study_id = self._load_study(direction)
        self._end_stale_trials()

    def ask(self, name: str, params: Mapping[str, Any], user_attrs: Mapping[str, Any]) -> int:
        """Record that an attempt runs with exactly these levels, and give its number.

        Raises:
            KeyError: a level that the space does not have.
        """
        from optuna.trial import TrialState

        return self._add(TrialState.RUNNING, None, params, {"name": name, **user_attrs})

    def report(self, number: int, step: int, value: float) -> None:
        """Record the value that the metric had at a step (an epoch)."""
        self._storage.set_trial_intermediate_value(self._trial_id(number), step, value)

    def tell(self, number: int, value: float | None, status: Status) -> None:
        """Record how an attempt ended: complete with a finite value, failed in every other case.

        What Optuna calls failed has the true status as the user attribute ``status``.
        """
        from optuna.trial import TrialState

        if status is Status.FINISHED and value is not None and math.isfinite(value):
            self._end(self._trial_id(number), TrialState.COMPLETE, [value])
        else:
            self._fail(self._trial_id(number), status)

    def rebuild(self, completed: Iterable[PastTrial]) -> int:
        """Add the finished trials that the study does not hold yet; gives how many there were."""
        from optuna.trial import TrialState

        held = {
            trial.user_attrs.get("identity")
            for trial in self._storage.get_all_trials(
                self._study_id, deepcopy=False, states=(TrialState.COMPLETE,)
            )
        }
        missing = [past for past in completed if past.identity not in held]
        for past in missing:
            attributes = {"name": past.name, "identity": past.identity, **past.user_attrs}
            self._add(TrialState.COMPLETE, past.value, past.params, attributes)
        return len(missing)

    @cached_property
    def _distributions(self) -> dict[str, Any]:
        from optuna.distributions import CategoricalDistribution

        choices = self._space.choices
        return {name: CategoricalDistribution(levels) for name, levels in choices.items()}

    def _load_study(self, direction: Direction) -> int:
        import optuna

        optuna.create_study(
            storage=self._storage,
            study_name=self.study_name,
            direction="maximize" if direction == "max" else "minimize",
            sampler=optuna.samplers.RandomSampler(),
            load_if_exists=True,
        )
        return self._storage.get_study_id_from_name(self.study_name)

    def _end_stale_trials(self) -> None:
        from optuna.trial import TrialState

        for trial in self._storage.get_all_trials(self._study_id, states=(TrialState.RUNNING,)):
            self._fail(trial._trial_id, Status.INTERRUPTED)

    def _add(
        self,
        state: TrialState,
        value: float | None,
        levels: Mapping[str, Any],
        user_attrs: Mapping[str, Any],
    ) -> int:
        from optuna.trial import create_trial

        params = self._space.params(levels)
        trial = create_trial(
            state=state,
            value=value,
            params=params,
            distributions={name: self._distributions[name] for name in params},
            user_attrs=dict(user_attrs),
        )
        trial_id = self._storage.create_new_trial(self._study_id, template_trial=trial)
        return self._storage.get_trial_number_from_id(trial_id)

    def _trial_id(self, number: int) -> int:
        return self._storage.get_trial_id_from_study_id_trial_number(self._study_id, number)

    def _fail(self, trial_id: int, status: Status) -> None:
        from optuna.trial import TrialState

        self._storage.set_trial_user_attr(trial_id, "status", str(status))
        self._end(trial_id, TrialState.FAIL, None)

    def _end(self, trial_id: int, state: TrialState, values: list[float] | None) -> None:
        self._storage.set_trial_state_values(trial_id, state, values)


class _KernelLock:
    """The lock of Optuna's file backend as one that a killed process does not leave behind."""

    def __init__(self, journal: Path) -> None:
        self._lock = FileLock(journal.with_name(journal.name + ".flock"))

    def acquire(self) -> bool:
        self._lock.acquire()
        return True

    def release(self) -> None:
        self._lock.release()


def _open(journal: Path) -> JournalStorage:
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    journal.parent.mkdir(parents=True, exist_ok=True)
    lock = _KernelLock(journal)
    lock.acquire()
    try:
        _cut_incomplete_line(journal)
    finally:
        lock.release()
    return JournalStorage(JournalFileBackend(str(journal), lock_obj=lock))  # type: ignore[arg-type]


def _cut_incomplete_line(journal: Path) -> None:
    """Remove what follows the last line end; the next line would be glued to it."""
    if not journal.exists():
        return
    with journal.open("rb+") as stream:
        end = size = stream.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - 65536)
            stream.seek(start)
            found = stream.read(end - start).rfind(b"\n")
            end = start + found + 1
            if found >= 0:
                break
        if end < size:
            stream.truncate(end)
