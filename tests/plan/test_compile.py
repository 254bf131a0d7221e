from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ablate.errors import StudyError, UsageError
from ablate.plan.types import LiteratureRow

TWO = """
  ladder: {design: cumulative, rows: {Batch norm: {model.batch_norm: true}}}
  parts: {design: one-factor, factors: {model.batch_norm: [true], model.dropout: [0.5]}}
"""


def test_shared_conditions_run_once(plan_of: Any) -> None:
    plan = plan_of(TWO)
    assert [condition.name for condition in plan.conditions.values()] == [
        "baseline",
        "Batch norm",
        "dropout=0.5",
    ]
    assert len(plan.trials) == 9
    assert len({(trial.condition, trial.seed) for trial in plan.trials}) == 9


def test_every_condition_gets_the_same_seeds_and_all_rows_start_with_the_first(
    plan_of: Any,
) -> None:
    plan = plan_of(TWO, settings=["seeds=[5, 3]"])
    assert [trial.seed for trial in plan.trials] == [5, 5, 5, 3, 3, 3]
    assert plan.trials[0].name == "baseline, seed 5"


def test_only_some_ablations(plan_of: Any) -> None:
    plan = plan_of(TWO, only=("ladder",))
    assert [ablation.name for ablation in plan.ablations] == ["ladder"]
    assert len(plan.conditions) == 2
    with pytest.raises(UsageError, match="Did you mean 'ladder'"):
        plan_of(TWO, only=("lader",))


def test_equal_labels_of_different_conditions_get_different_names(plan_of: Any) -> None:
    plan = plan_of("""
  a: {design: variants, rows: {Wider: {model.channels: [8, 16]}}}
  b: {design: variants, rows: {Wider: {model.hidden: [24]}}}
""")
    assert [condition.name for condition in plan.conditions.values()][1:] == ["Wider", "b: Wider"]


def test_rows_that_are_the_same_configuration_are_remarked(plan_of: Any) -> None:
    plan = plan_of("""
  a: {design: variants, rows: {One: {model.dropout: 0.5}, Two: {model: {dropout: 0.5}}}}
""")
    assert "the same configuration" in plan.warnings[0].message
    assert len(plan.conditions) == 2


def test_a_row_that_changes_nothing_is_remarked(plan_of: Any) -> None:
    plan = plan_of("  a: {design: variants, rows: {Base: {}, Same: {optimizer: {lr: 1e-3}}}}")
    assert [item.message for item in plan.warnings] == [
        "'Same' changes nothing: the baseline has these values already"
    ]
    assert plan_of("  a: {design: grid, factors: {optimizer.lr: [1e-3, 1e-2]}}").warnings == ()


def test_a_mistake_in_a_row_is_reported_at_its_line(plan_of: Any) -> None:
    with pytest.raises(StudyError) as caught:
        plan_of("""
  a:
    design: cumulative
    rows:
      Good: {model.dropout: 0.5}
      Bad: {model.dropout: 5.0}
""")
    (problem,) = caught.value.problems
    assert problem.path == "$.ablations.a.rows.Bad.model.dropout"
    assert problem.line == 14


def test_a_mistake_of_the_baseline_is_reported_once(plan_of: Any) -> None:
    with pytest.raises(StudyError) as caught:
        plan_of(TWO, settings=["optimizer.lr=-1"])
    assert [problem.path for problem in caught.value.problems] == ["$.optimizer.lr"]


dropouts = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5]), min_size=1, max_size=4, unique=True)
widths = st.lists(st.sampled_from([4, 8, 12, 16]), min_size=1, max_size=4, unique=True)


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(dropouts, widths, st.integers(1, 4))
def test_a_grid_runs_each_combination_once_for_each_seed(
    plan_of: Any, first: list[float], second: list[int], seeds: int
) -> None:
    levels = ", ".join(f"[{width}]" for width in second)
    plan = plan_of(
        f"  g: {{design: grid, factors: {{model.dropout: {first}, model.hidden: [{levels}]}}}}",
        settings=[f"seeds={seeds}"],
    )
    extra = 0 if 0.0 in first and 12 in second else 1
    assert len(plan.conditions) == len(first) * len(second) + extra
    assert len(set(plan.trials)) == len(plan.trials) == len(plan.conditions) * seeds
    assert sum(row.reference is None for row in plan.ablations[0].rows) == 1


def test_rows_from_the_literature_are_in_the_plan_and_train_nothing(plan_of: Any) -> None:
    rows = "a: {design: variants, rows: {Wider: {model.channels: [8, 16]}}"
    quoted = "{value: 0.9, source: Doe}, Roe: {value: 0.5, std: 0.1, n: 3, metric: val/accuracy, source: R}"
    without = plan_of(f"  {rows}}}\n")
    plan = plan_of(f"  {rows}, literature: {{Doe: {quoted}}}}}\n")
    assert plan.ablations[0].literature == (
        LiteratureRow("Doe", "val/accuracy", 0.9, "Doe"),
        LiteratureRow("Roe", "val/accuracy", 0.5, "R", 0.1, 3),
    )
    assert (plan.trials, plan.conditions) == (without.trials, without.conditions)
