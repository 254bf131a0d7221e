from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ablate.results import ResultSet, Status, TrialResult
from ablate.runner.estimate import estimate_s
from ablate.runner.study import Study

RATES = "  rates: {design: grid, factors: {optimizer.lr: [1e-2], train.epochs: [8]}}\n"


def finished(study: Study, index: int, seconds: float) -> TrialResult:
    trial = study.plan.trials[index]
    measured = {"duration_s": seconds}
    return TrialResult("i", trial.condition, trial.seed, Status.FINISHED, measured=measured)


def test_nothing_is_known_without_a_finished_trial(study_of: Callable[..., Study]) -> None:
    plan = study_of(RATES).plan
    assert estimate_s(plan, ResultSet("demo", ()), plan.trials, jobs=1) is None


def test_own_seeds_and_epochs_count(study_of: Callable[..., Study]) -> None:
    study = study_of(RATES)
    plan = study.plan
    results = ResultSet("demo", (finished(study, 0, 10.0),))
    # the other seed of the baseline takes as long; the row with twice the epochs twice as long, twice
    assert estimate_s(plan, results, plan.trials[1:], jobs=1) == pytest.approx(20 + 10 + 20)
    assert estimate_s(plan, results, plan.trials[1:], jobs=2) == pytest.approx(25)


def test_failed_trials_do_not_count(study_of: Callable[..., Study]) -> None:
    study = study_of(RATES)
    failed = replace(finished(study, 0, 1.0), status=Status.FAILED)
    assert estimate_s(study.plan, ResultSet("demo", (failed,)), study.plan.trials) is None
