from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from ablate.errors import UsageError
from ablate.results import ResultSet, Status, TrialResult
from ablate.runner.exporting.choice import choose, notes
from ablate.runner.study import Study
from tests.runner.conftest import StudyOf

Recorded = Callable[..., Study]

LADDER = """
  parts: {design: cumulative, rows: {Norm: {model.batch_norm: true}, Drop: {model.dropout: 0.5}}}
"""
RATES = "  rates: {design: one-factor, factors: {optimizer.lr: [1e-2]}}\n"
#: A spread over three seeds that is small against the differences between rows.
NOISE = (0.0, 0.002, -0.002)


@pytest.fixture
def recorded(study_of: StudyOf, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """Opens a study whose rows have these accuracies over three seeds."""

    def opened(ablations: str, values: Mapping[str, float]) -> Study:
        study = study_of(ablations, "seeds=3")
        names = {key: condition.name for key, condition in study.plan.conditions.items()}
        trials = tuple(
            TrialResult(
                study.identities[trial],
                trial.condition,
                trial.seed,
                Status.FINISHED,
                run_id=f"run{trial.seed}",
                name=trial.name,
                metrics={"val/accuracy": values[names[trial.condition]] * (1 + NOISE[trial.seed])},
            )
            for trial in study.plan.trials
            if names[trial.condition] in values
        )
        monkeypatch.setattr(Study, "recorded", lambda _: ResultSet("demo", trials))
        return study

    return opened


def test_the_best_row_and_its_lowest_seed(recorded: Recorded) -> None:
    choice = choose(recorded(LADDER, {"baseline": 0.5, "Norm": 0.6, "Drop": 0.9}))
    assert (choice.label, choice.trial.seed) == ("Drop", 0)
    best, seeds = notes(choice, named_row=False, named_seed=False)
    assert best == "'Drop' is the best row of parts: val/accuracy 90.00 ± 0.18 (n = 3), better"
    assert "seed 0 is the lowest of the finished seeds 0, 1, 2" in seeds
    assert notes(choice, named_row=True, named_seed=True) == []


def test_the_lowest_seed_that_has_finished(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = recorded(LADDER, {"baseline": 0.5, "Drop": 0.9})
    later = tuple(trial for trial in study.recorded() if trial.seed > 0)
    monkeypatch.setattr(Study, "recorded", lambda _: ResultSet("demo", later))
    assert choose(study, "Drop").trial.seed == 1


def test_without_a_best_row_the_rows_are_listed(recorded: Recorded) -> None:
    study = recorded(LADDER, {"baseline": 0.5, "Norm": 0.5, "Drop": 0.5})
    with pytest.raises(UsageError, match="verdicts call no row of study demo the best") as error:
        choose(study)
    lines = str(error.value).splitlines()
    assert [line.strip().partition(":")[0] for line in lines[1:]] == ["baseline", "Norm", "Drop"]
    assert "cannot tell" in lines[3]


def test_nothing_is_the_best_before_anything_ran(recorded: Recorded) -> None:
    with pytest.raises(
        UsageError, match=r"(?s)no row .* the best.*baseline: val/accuracy - \(n = 0\)"
    ):
        choose(recorded(LADDER, {}))


def test_several_tables_with_a_best_row_need_a_name(recorded: Recorded) -> None:
    values = {"baseline": 0.5, "Norm": 0.6, "Drop": 0.9, "lr=0.01": 0.8}
    study = recorded(LADDER + RATES, values)
    assert set(values) == {item.name for item in study.plan.conditions.values()}
    with pytest.raises(UsageError, match=r"several tables .* have a best row: 'Drop' of parts, "):
        choose(study)


def test_a_winner_that_another_one_beats_is_none(recorded: Recorded) -> None:
    """The baseline is the best of one table and worse than a row of the other."""
    values = {"baseline": 0.5, "Norm": 0.6, "Drop": 0.9, "lr=0.01": 0.2}
    assert choose(recorded(LADDER + RATES, values)).label == "Drop"


def test_a_named_row_and_seed(recorded: Recorded) -> None:
    study = recorded(LADDER, {"baseline": 0.5, "Norm": 0.6})
    choice = choose(study, "Norm", 2)
    assert choice.trial.name == "Norm, seed 2"
    assert choice.standing is not None
    assert (choice.standing.ablation, choice.standing.row.label) == ("parts", "Norm")
    assert choose(study, "baseline").condition.key == study.plan.baseline
    with pytest.raises(UsageError, match=r"no row is called 'Nrm'. Did you mean 'Norm'"):
        choose(study, "Nrm")
    with pytest.raises(
        UsageError, match=r"--seed 7: no finished trial of 'Norm' has it. Valid: 0, 1, 2"
    ):
        choose(study, "Norm", 7)
    with pytest.raises(UsageError, match="no trial of 'Drop' has finished"):
        choose(study, "Drop")
