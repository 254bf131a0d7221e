"""An Optuna study in a journal that Optuna's own tools read. Disposable; the records are the truth.

Optuna is imported where it is used, since that takes 0.2 s.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ablate.results import Direction, Status
from ablate.schedule.journal_file import open_journal
from ablate.schedule.states import outcome

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial, TrialState


class Journal:
    """Writes trials with fixed parameters into one Optuna study of a journal.

    One process at a time may write; hold the study's lock. Opening cuts off the line that a killed driver
    left incomplete, and marks the trials that it left running as failed.

    Args:
        path: the file, made if it is missing.
        study_name: of Optuna's study, made if it is missing.
        direction: ``"max"`` or ``"min"``, of the values.
    """

    def __init__(self, path: Path, study_name: str, direction: Direction) -> None:
        self.study_name = study_name
        self._storage = open_journal(path)
        self._study_id = self._load_study(direction)
        self._end_stale_trials()

    def add(
        self,
        params: Mapping[str, Any],
        distributions: Mapping[str, BaseDistribution],
        user_attrs: Mapping[str, Any],
    ) -> int:
        """Add a running trial and give its number.

        Raises:
            ValueError: a parameter outside its distribution.
        """
        from optuna.trial import TrialState, create_trial

        trial = create_trial(
            state=TrialState.RUNNING,
            params=dict(params),
            distributions={name: distributions[name] for name in params},
            user_attrs=dict(user_attrs),
        )
        return self.write(trial)

    def write(self, trial: FrozenTrial) -> int:
        """Add a trial as it is, with one line of the journal, and give its number."""
        trial_id = self._storage.create_new_trial(self._study_id, template_trial=trial)
        return self._storage.get_trial_number_from_id(trial_id)

    def report(self, number: int, step: int, value: float) -> None:
        """Record the value that the metric had at a step (an epoch)."""
        self._storage.set_trial_intermediate_value(self._trial_id(number), step, value)

    def tell(self, number: int, value: float | None, status: Status) -> None:
        """Record how an attempt ended: complete with a finite value, pruned, or failed.

        What is not complete has the true status as the user attribute ``status``.
        """
        trial_id = self._trial_id(number)
        reported = self._storage.get_trial(trial_id).intermediate_values
        state, value = outcome(status, value, reported)
        self._end(trial_id, state, value, status)

    def held(self, attribute: str, *, pruned: bool = True) -> set[Any]:
        """The values of a user attribute over the trials that are complete, or pruned where that counts too."""
        from optuna.trial import TrialState

        states = (TrialState.COMPLETE, TrialState.PRUNED) if pruned else (TrialState.COMPLETE,)
        return {trial.user_attrs.get(attribute) for trial in self._trials(states)}

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

        for trial in self._trials((TrialState.RUNNING,)):
            self._end(trial._trial_id, TrialState.FAIL, None, Status.INTERRUPTED)

    def _trials(self, states: tuple[TrialState, ...]) -> list[FrozenTrial]:
        return self._storage.get_all_trials(self._study_id, deepcopy=False, states=states)

    def _trial_id(self, number: int) -> int:
        return self._storage.get_trial_id_from_study_id_trial_number(self._study_id, number)

    def _end(self, trial_id: int, state: TrialState, value: float | None, status: Status) -> None:
        if status is not Status.FINISHED or value is None:
            self._storage.set_trial_user_attr(trial_id, "status", str(status))
        values = None if value is None else [value]
        self._storage.set_trial_state_values(trial_id, state, values)
