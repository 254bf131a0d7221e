"""An Optuna study in memory: trials with their curves, judged by a pruner. Import it late: Optuna takes 0.2 s."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.pruners import BasePruner, HyperbandPruner
from optuna.trial import TrialState, create_trial

from ablate.results import Status
from ablate.schedule.pruners import rungs
from ablate.schedule.states import outcome


class MemoryStudy:
    """Trials by number, each with its reported values.

    Where it stands depends on the trials alone: told the same trials with the same values, it decides the same.

    Args:
        name: decides the bracket of each trial in hyperband, so it must be the same in each process.
        maximize: whether larger values are better.
        pruner: Optuna's.
    """

    def __init__(self, name: str, maximize: bool, pruner: BasePruner) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.study = optuna.create_study(
            storage=optuna.storages.InMemoryStorage(),
            study_name=name,
            direction="maximize" if maximize else "minimize",
            sampler=optuna.samplers.RandomSampler(),
            pruner=pruner,
        )
        self._storage = self.study._storage
        if isinstance(pruner, HyperbandPruner):
            pruner._try_initialization(
                self.study
            )  # else the first report would change the brackets
        self._cut: dict[int, int] = {}

    def __len__(self) -> int:
        return self._storage.get_n_trials(self.study._study_id)

    def add(self, params: Mapping[str, Any], distributions: Mapping[str, BaseDistribution]) -> int:
        """Add a running trial and give its number."""
        trial = create_trial(
            state=TrialState.RUNNING,
            params=dict(params),
            distributions={name: distributions[name] for name in params},
        )
        trial_id = self._storage.create_new_trial(self.study._study_id, template_trial=trial)
        return self._storage.get_trial_number_from_id(trial_id)

    def report(self, number: int, step: int, value: float) -> bool:
        """Note a value and say whether to prune; of a step that is known already, nothing is noted again."""
        trial_id = self._trial_id(number)
        if step not in self._storage.get_trial(trial_id).intermediate_values:
            self._storage.set_trial_intermediate_value(trial_id, step, value)
            with warnings.catch_warnings(action="ignore"):  # what a pruner cannot compare, it keeps
                if self.study.pruner.prune(self.study, self._storage.get_trial(trial_id)):
                    self._cut.setdefault(number, step)
        return step >= self._cut.get(number, math.inf)

    def recall(self, number: int, curve: Sequence[tuple[int, float]], status: Status) -> None:
        """Note the values that a trial reported in another process.

        Those before the last did not end the trial, so that only the last is judged again, and not even that one where
        the trial has finished.
        """
        last = len(curve) if status is Status.FINISHED else len(curve) - 1
        trial_id = self._trial_id(number)
        for step, value in curve[:last]:
            self._storage.set_trial_intermediate_value(trial_id, step, value)
        trial = self._storage.get_trial(trial_id)
        for key, value in rungs(self.study, trial, curve[:last]).items():
            self._storage.set_trial_system_attr(trial_id, key, value)
        for step, value in curve[last:]:
            self.report(number, step, value)

    def should_prune(self, number: int) -> bool:
        """Whether some report of a trial said to prune it."""
        return number in self._cut

    def last_value(self, number: int) -> float | None:
        """What a trial reported at its last step."""
        trial = self._storage.get_trial(self._trial_id(number))
        return None if trial.last_step is None else trial.intermediate_values[trial.last_step]

    def tell(self, number: int, value: float | None, status: Status) -> None:
        """Settle a trial; a pruned one without a value keeps the one that it reported last."""
        trial_id = self._trial_id(number)
        reported = self._storage.get_trial(trial_id).intermediate_values
        state, value = outcome(status, value, reported)
        values = None if value is None else [value]
        self._storage.set_trial_state_values(trial_id, state, values)

    def _trial_id(self, number: int) -> int:
        return self._storage.get_trial_id_from_study_id_trial_number(self.study._study_id, number)
