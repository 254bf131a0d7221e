from __future__ import annotations

from collections.abc import Callable

import pytest

from ablate.plan.types import Trial
from ablate.results import ResultSet, Status, TrialResult
from ablate.runner.order import longest_first
from ablate.runner.study import Study

ROWS = """
  v:
    design: variants
    rows:
      Small: {model.channels: [2, 2]}
      Large: {model.channels: [16, 32]}
      Long: {train.epochs: 400}
"""


def names(study: Study, trials: tuple[Trial, ...]) -> list[str]:
    return [trial.name for trial in longest_first(study, trials)]


def test_seed_by_seed_and_the_longest_first(study_of: Callable[..., Study]) -> None:
    study = study_of(ROWS)
    order = ["Long", "Large", "baseline", "Small"]
    expected = [f"{name}, seed {seed}" for seed in (0, 1) for name in order]
    assert names(study, study.plan.trials) == expected


def test_measured_durations_go_before_arithmetic(
    study_of: Callable[..., Study], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = study_of(ROWS)
    finished = [
        TrialResult(str(i), key, 0, Status.FINISHED, measured={"duration_s": float(i)})
        for i, key in enumerate(study.plan.conditions)
    ]
    monkeypatch.setattr(Study, "results", lambda _: ResultSet("demo", tuple(finished)))
    rest = tuple(trial for trial in study.plan.trials if trial.seed == 1)
    assert names(study, rest) == [trial.name for trial in reversed(rest)]


def test_the_plan_order_stays_where_nothing_is_known(study_of: Callable[..., Study]) -> None:
    study = study_of(ROWS + "      Other: {model: {name: torchvision/squeezenet1_1}}\n", "seeds=1")
    assert [t.name for t in longest_first(study, study.plan.trials)] == [
        trial.name for trial in study.plan.trials
    ]
