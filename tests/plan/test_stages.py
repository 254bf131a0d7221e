"""Stages in plans: trials like any other, each once, and part of the identity of what starts from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ablate.errors import StudyError
from ablate.plan.compile import compile_plan
from ablate.plan.identity import condition_key, trial_identity
from ablate.plan.types import Plan
from ablate.spec.study import read_draft

SECTIONS = """\
task: classification
data: digits
model: {name: timm/test_resnet, weights: WEIGHTS}
optimizer: {name: adam, lr: RATE}
primary: val/accuracy
"""
HEAD = (
    f"study: demo\nseeds: [3, 5]\n{SECTIONS.replace('WEIGHTS', 'random').replace('RATE', '1e-3')}"
)

PlanOf = Callable[..., Plan]


def stage(name: str, weights: str = "random", more: str = "") -> str:
    text = SECTIONS.replace("WEIGHTS", weights).replace("RATE", "2e-3") + more
    return f"  {name}:\n" + "".join(f"    {line}\n" for line in text.splitlines())


@pytest.fixture
def plan_of(tmp_path: Path) -> PlanOf:
    def plan(stages: str, rows: str, *settings: str, design: str = "variants") -> Plan:
        path = tmp_path / "study.yaml"
        body = f"stages:\n{stages}ablations:\n  a:\n    design: {design}\n{rows}"
        path.write_text(HEAD + body)
        return compile_plan(read_draft(path, settings=settings))

    return plan


ROWS = """\
    rows:
      B: {model.weights: {stage: first}}
      C: {model.weights: {stage: first}, optimizer.lr: 1e-2}
"""


def names(plan: Plan) -> list[str]:
    return [trial.name for trial in plan.trials]


def test_a_stage_has_one_trial_for_each_seed_however_many_rows_start_from_it(
    plan_of: PlanOf,
) -> None:
    plan = plan_of(stage("first"), ROWS)
    assert names(plan)[:2] == ["stage first, seed 3", "stage first, seed 5"]
    assert len(plan.trials) == 2 + 3 * 2
    upstream = {trial.name: plan.upstream(trial) for trial in plan.trials}
    key = plan.trials[0].condition
    assert upstream["B, seed 5"] == upstream["C, seed 5"] == (key, 5)
    assert upstream["baseline, seed 3"] is None
    assert [item.name for item in plan.row_conditions] == ["baseline", "B", "C"]


def test_a_shared_stage_has_one_trial_of_the_first_seed(plan_of: PlanOf) -> None:
    plan = plan_of(stage("first", more="seed: shared\n"), ROWS)
    assert [name for name in names(plan) if name.startswith("stage")] == ["stage first, seed 3"]
    starts = {plan.upstream(trial) for trial in plan.trials if trial.name.startswith("B")}
    assert starts == {(plan.trials[0].condition, 3)}


def test_a_shared_stage_needs_one_seed_of_what_it_starts_from(plan_of: PlanOf) -> None:
    plan = plan_of(
        stage("first") + stage("second", "{stage: first}", "seed: shared\n"),
        "    rows: {B: {model.weights: {stage: second}}}\n",
    )
    assert names(plan)[:2] == ["stage first, seed 3", "stage second, seed 3"]
    assert len(plan.trials) == 2 + 2 * 2


def test_a_factor_inside_a_stage_makes_another_stage_and_other_rows(plan_of: PlanOf) -> None:
    plan = plan_of(
        stage("first") + stage("second", "{stage: first}"),
        "    factors:\n      stages.first.train.epochs: [20, 5]\n",
        "model.weights={stage: second}",
        design="grid",
    )
    names_of = [item.name for item in plan.conditions.values()]
    varied = "stages.first.train.epochs=5"
    assert names_of == [
        "baseline",
        "epochs=5",
        "stage first",
        "stage second",
        "stage first, train.epochs=5",
        f"stage second, {varied}",
    ]
    rows = plan.row_conditions
    assert rows[1].changes == {"stages.first.train.epochs": 5}
    assert len({item.upstream for item in rows}) == 2


def test_a_row_that_is_the_same_as_a_stage_is_one_trial_with_it(plan_of: PlanOf) -> None:
    plan = plan_of(stage("first"), ROWS, "optimizer.lr=2e-3")
    row, stage_of_row = plan.baseline, plan.conditions[plan.trials[0].condition]
    assert stage_of_row.key == row
    assert not stage_of_row.stage
    assert names(plan)[:2] == ["baseline, seed 3", "baseline, seed 5"]
    assert len(plan.trials) == 6


def test_a_stage_that_nobody_uses_is_a_warning_and_no_trial(plan_of: PlanOf) -> None:
    plan = plan_of(stage("first") + stage("spare"), ROWS)
    (warning,) = plan.warnings
    assert (warning.path, warning.message) == (
        "$.stages.spare",
        "no row starts from this stage: it is not trained",
    )
    assert not [name for name in names(plan) if "spare" in name]


def test_the_name_of_a_stage_is_no_part_of_the_identity_and_its_seeds_are(plan_of: PlanOf) -> None:
    def key(stages: str, name: str) -> str:
        plan = plan_of(stages, f"    rows: {{B: {{model.weights: {{stage: {name}}}}}}}\n")
        return next(item.key for item in plan.row_conditions if item.name == "B")

    assert key(stage("first"), "first") == key(stage("other"), "other")
    assert key(stage("first"), "first") != key(stage("first", more="seed: shared\n"), "first")
    assert key(stage("first"), "first") != key(stage("first", more="train: {epochs: 3}\n"), "first")


def test_the_upstream_trial_is_part_of_the_identity() -> None:
    afresh = trial_identity("c", 0, "d")
    assert afresh == trial_identity("c", 0, "d", upstream="")
    assert len({afresh, *(trial_identity("c", 0, "d", upstream=name) for name in "ab")}) == 3


def test_identities_of_studies_without_stages_are_what_they_were(plan_of: PlanOf) -> None:
    plan = plan_of(stage("first"), "    rows: {B: {optimizer.lr: 1e-2}}\n")
    alone = plan_of("  {}\n", "    rows: {B: {optimizer.lr: 1e-2}}\n")
    assert list(plan.conditions) == list(alone.conditions)
    for item in plan.conditions.values():
        assert condition_key(item.config) == item.key


def test_only_the_stages_of_the_chosen_ablations_are_planned(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    rows = "    design: variants\n    rows: {{R: {{model.weights: {{stage: {}}}}}}}\n"
    ablations = "".join(f"  {name}:\n{rows.format(name)}" for name in ("a", "b"))
    path.write_text(
        f"{HEAD}stages:\n{stage('a')}{stage('b', more='seed: shared')}ablations:\n{ablations}"
    )
    plan = compile_plan(read_draft(path), only=["a"])
    assert {item.stage for item in plan.conditions.values()} == {"", "a"}
    assert not plan.warnings


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("    rows: {B: {stages.frist.train.epochs: 1}}\n", "no stage is called 'frist'"),
        ("    rows: {B: {model.weights: {stage: frist}}}\n", "no stage is called 'frist'"),
        ("    rows: {B: {stages.first.train.epochs: 0}}\n", "must be at least 1"),
    ],
)
def test_mistakes_of_rows_stand_at_the_row(plan_of: PlanOf, rows: str, message: str) -> None:
    with pytest.raises(StudyError) as caught:
        plan_of(stage("first"), rows)
    (problem,) = caught.value.problems
    assert problem.path.startswith("$.ablations.a.rows.B")
    assert message in problem.message


def test_a_search_cannot_vary_a_stage_and_can_choose_one(plan_of: PlanOf) -> None:
    space = "    budget: {{trials: 2}}\n    space: {}\n"
    with pytest.raises(StudyError, match="a search cannot vary a stage"):
        plan_of(
            stage("first"), space.format("{stages.first.train.epochs: [1, 2]}"), design="search"
        )
    plan = plan_of(
        stage("first") + stage("second", "{stage: first}"),
        space.format("{model.weights: [random, {stage: second}]}"),
        design="search",
    )
    assert [name for name in names(plan) if name.startswith("stage")] == [
        "stage first, seed 3",
        "stage second, seed 3",
        "stage first, seed 5",
        "stage second, seed 5",
    ]
