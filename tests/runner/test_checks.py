from __future__ import annotations

from collections.abc import Callable

import pytest

from ablate.errors import StudyError
from ablate.runner.checks import check_plan
from ablate.runner.study import Study

RATES = "  rates: {design: grid, factors: {optimizer.lr: [1e-2]}}\n"


def warnings(study: Study) -> list[str]:
    return [item.message for item in check_plan(study.draft, study.plan, study.place).warnings]


def test_a_good_study_has_no_warnings(study_of: Callable[..., Study]) -> None:
    assert warnings(study_of(RATES)) == []


@pytest.mark.parametrize(
    ("ablations", "settings", "text"),
    [
        (
            "  d: {design: one-factor, factors: {model.dilation: [9]}}\n",
            [],
            "reaches beyond the last block's",
        ),
        (RATES, ["scheduler={name: plateau, patience: 5}", "train.patience=5"], "patience"),
        (RATES, ["train.freeze=encoder"], "the encoder is frozen at random weights"),
        (
            "  d: {design: one-factor, factors: {model.dropout: [0.5]}}\n",
            ["model.hidden=[]"],
            "model.dropout = 0.5 has no effect on this model",
        ),
        (
            "  v: {design: variants, rows: {Same: {optimizer.lr: 1e-2}, Again: {optimizer.lr: 0.01}}}",
            [],
            "are the same configuration",
        ),
    ],
)
def test_degenerate_choices_are_warned_about(
    study_of: Callable[..., Study], ablations: str, settings: list[str], text: str
) -> None:
    found = warnings(study_of(ablations, *settings))
    assert any(text in message for message in found), found


def test_a_mistake_that_all_rows_share_is_said_once(study_of: Callable[..., Study]) -> None:
    study = study_of(RATES, "primary=test/accuracy")
    with pytest.raises(StudyError) as caught:
        check_plan(study.draft, study.plan, study.place)
    (problem,) = caught.value.problems
    assert problem.path == "$.primary"
    assert "digits has no split 'test'" in problem.message


def test_a_mistake_of_one_row_is_found_at_the_row(study_of: Callable[..., Study]) -> None:
    study = study_of("  v:\n    design: variants\n    rows:\n      Big: {data.batch_size: 9999}\n")
    with pytest.raises(StudyError) as caught:
        check_plan(study.draft, study.plan, study.place)
    (problem,) = caught.value.problems
    assert problem.path == "$.ablations.v.rows.Big"
    assert problem.line == 13
    assert "9999" in problem.message


def test_a_class_of_the_primary_metric_must_exist(study_of: Callable[..., Study]) -> None:
    study = study_of(RATES, "primary=val/accuracy/eleven")
    with pytest.raises(StudyError, match="digits has no class 'eleven'"):
        check_plan(study.draft, study.plan, study.place)
