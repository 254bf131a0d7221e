from __future__ import annotations

from collections.abc import Callable

import pytest

from ablate.data.prepared import PreparedData
from ablate.errors import Problem
from ablate.plan.types import Plan
from ablate.runner.study import Study
from ablate.runner.table_checks import space_warnings, table_problems
from ablate.spec.config import TrialConfig
from ablate.spec.labels import grouped_labels
from ablate.spec.values import ImageShape, Normalization

SHAPES = ("background", "circle", "square", "triangle")
HEAD = """\
study: demo
task: segmentation
data: {name: shapes, batch_size: 4}
model: {name: vgg16_fcn, width: 0.0625}
optimizer: {name: adam, lr: 1e-3}
primary: val/miou
label_spaces:
  two: {figure: [circle, square, triangle], ground: [background]}
"""
FIGURES = "{round: [circle], cornered: [square, triangle]}"
ROWS = f"""\
  v:
    design: variants
    reference: All
    rows:
      All: {{}}
      Odd: {{data.classes: {FIGURES}}}
"""

StudyOf = Callable[..., Study]


def data_of(plan: Plan) -> dict[str, PreparedData]:
    """What every condition would train on, without any images."""
    return {key: _data(found.config.training) for key, found in plan.conditions.items()}


def _data(config: TrialConfig | None) -> PreparedData:
    assert config is not None
    labels = grouped_labels(SHAPES, config.groups, config.label_spaces)
    shape, scale = ImageShape(channels=3, height=8, width=8), Normalization(mean=(0.5,), std=(1.0,))
    return PreparedData("shapes", "", labels, shape, {}, scale)


def warned(study: Study) -> list[Problem]:
    return list(space_warnings(study.draft, study.plan, data_of(study.plan)))


def wrong(study: Study) -> list[tuple[str, str]]:
    found = table_problems(study.draft, study.plan, data_of(study.plan))
    return [(problem.path, problem.message) for problem in found]


def test_a_class_that_a_row_never_learns_is_warned_about_at_the_row(study_of: StudyOf) -> None:
    (problem,) = warned(study_of(ROWS, head=HEAD))
    assert problem.path == "$.ablations.v.rows.Odd"
    assert problem.line == 15
    assert problem.message == (
        "'Odd': data.classes leaves out all of 'ground' of label space 'two': "
        "the network never learns that, and is scored 0 there"
    )


def test_rows_that_share_a_warning_share_a_sentence(study_of: StudyOf) -> None:
    more = f"      More: {{data.classes: {FIGURES}, optimizer.lr: 1e-2}}\n"
    again = ROWS.replace("  v:", "  again:")
    (problem,) = warned(study_of(ROWS + more + again, head=HEAD))
    assert problem.path == "$.ablations.v"
    assert problem.message.startswith("'Odd' and 'More': ")


@pytest.mark.parametrize(
    "classes",
    ["two", "{round: [circle], ground: [background]}", "{bits: [circle, background], s: [square]}"],
)
def test_rows_that_learn_something_of_every_class_or_are_not_scored_have_no_warning(
    study_of: StudyOf, classes: str
) -> None:
    assert warned(study_of(ROWS.replace(FIGURES, classes), head=HEAD)) == []


def test_the_rows_that_lack_a_metric_are_named(study_of: StudyOf) -> None:
    rows = ROWS.replace("    reference", "    primary: val/iou/circle\n    reference")
    assert wrong(study_of(rows, head=HEAD)) == [
        (
            "$.ablations.v.primary",
            "'Odd': data.classes has no class 'circle'. Valid: cornered, round",
        )
    ]
    mixed = ROWS.replace(FIGURES, "{mixed: [circle, background], rest: [square]}")
    mixed = mixed.replace("    reference", "    primary: val/miou@two\n    reference")
    ((place, message),) = wrong(study_of(mixed, head=HEAD))
    assert place == "$.ablations.v.primary"
    assert message.startswith("'Odd': val/miou@two: a network of the classes mixed, rest cannot")


def test_a_metric_that_every_row_lacks_is_said_of_every_row(study_of: StudyOf) -> None:
    rows = ROWS.replace("    reference", "    primary: val/iou@two/road\n    reference")
    ((_, message),) = wrong(study_of(rows, head=HEAD))
    assert message == "every row: label space 'two' has no class 'road'. Did you mean 'ground'?"


def test_a_column_is_wrong_where_no_row_has_it(study_of: StudyOf) -> None:
    head = f"{HEAD}columns: [val/iou/round, val/iou/road]\n"
    found = wrong(study_of(ROWS, head=head))
    assert {place for place, _ in found} == {"$.columns[1]"}
    assert [message.partition(":")[0] for _, message in found] == ["'All'", "'Odd'"]


def test_many_rows_are_counted(study_of: StudyOf) -> None:
    more = "".join(
        f"      Odd {n}: {{data.classes: {FIGURES}, data.split_seed: {n}}}\n" for n in range(1, 7)
    )
    (problem,) = warned(study_of(ROWS + more, head=HEAD))
    assert problem.message.startswith("'Odd', 'Odd 1', 'Odd 2', 'Odd 3' and 3 more: ")
