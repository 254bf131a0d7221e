"""Studies with searches, compiled before and after the searches have found something."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ablate.plan.search.proposals import ProposalError
from ablate.plan.search.space import is_active
from ablate.plan.search.types import Budget, Dimension
from ablate.plan.types import AblationPlan, Plan
from ablate.spec.options import to_tree
from ablate.spec.overrides import get_field

SPACE = """
      optimizer.lr: {low: 1e-4, high: 1e-1, log: true}
      model.dropout: {low: 0.0, high: 0.5, step: 0.1}
      data.batch_size: {low: 16, high: 128, step: 16}
      model.channels: [[6, 12], [12, 24]]
      optimizer.name: [sgd, adam]
      optimizer.momentum: {low: 0.0, high: 0.99, when: {optimizer.name: sgd}}
"""
TUNED = f"""
  tuned:
    design: search
    pruner: hyperband
    budget: {{trials: 40}}
    space: {SPACE}
"""
TUNE = "{budget: {trials: 8}, space: {optimizer.lr: {low: 1e-4, high: 1e-1, log: true}}}"
COMPONENTS = f"""
  components:
    design: cumulative
    rows: {{Batch norm: {{model.batch_norm: true}}, Slow: {{optimizer.lr: 1e-4}}}}
    tune: {TUNE}
"""
NEXT = """
  next:
    design: one-factor
    start_from: tuned
    factors: {model.num_convs: [2], model.batch_norm: [true]}
"""
PLAIN = """
  rates: {design: grid, factors: {optimizer.lr: [1e-2, 1e-3], model.batch_norm: [true]}}
"""
BEST = {
    "optimizer.lr": 0.01,
    "model.dropout": 0.1,
    "data.batch_size": 32,
    "model.channels": [6, 12],  # as JSON has it
    "optimizer.name": "sgd",
    "optimizer.momentum": 0.5,
}


def ablation(plan: Plan, name: str) -> AblationPlan:
    return next(item for item in plan.ablations if item.name == name)


def rows(plan: Plan, name: str) -> dict[str, str]:
    return {row.label: row.condition for row in ablation(plan, name).rows}


def values(plan: Plan, condition: str, *fields: str) -> list[Any]:
    tree = to_tree(plan.conditions[condition].config)
    return [get_field(tree, field) for field in fields]


def test_a_search_waits_for_its_best_row(plan_of: Any) -> None:
    plan = plan_of(TUNED)
    (search,) = plan.searches
    assert list(rows(plan, "tuned")) == ["baseline"]
    assert ablation(plan, "tuned").waiting == ("best found",)
    assert ablation(plan, "tuned").searches == (search.key,)
    assert ablation(plan, "tuned").factors == tuple(item.field for item in search.space)
    assert (search.name, search.ablation, search.row) == ("tuned", "tuned", "best found")
    assert (search.sampler.name, search.pruner.name) == ("tpe", "hyperband")
    assert (search.budget, search.seeds, search.epochs) == (Budget(40), (0,), 2)
    assert [item.kind for item in search.space[:4]] == ["float", "float", "int", "choice"]
    assert search.space[-1].when == {"optimizer.name": ("sgd",)}


def test_the_best_found_is_a_row_compared_with_the_baseline(plan_of: Any) -> None:
    (search,) = plan_of(TUNED).searches
    plan = plan_of(TUNED, found={search.key: BEST})
    best = ablation(plan, "tuned").rows[1]
    assert (best.label, best.reference) == ("best found", "baseline")
    assert ablation(plan, "tuned").waiting == ()
    assert values(plan, best.condition, *BEST) == [0.01, 0.1, 32, (6, 12), "sgd", 0.5]
    assert best.condition == search.condition(3, BEST).key
    assert len([trial for trial in plan.trials if trial.condition == best.condition]) == 3


def test_every_tuned_row_waits_for_a_search_of_its_own(plan_of: Any) -> None:
    plan = plan_of(COMPONENTS)
    assert ablation(plan, "components").rows == ()
    assert ablation(plan, "components").waiting == ("baseline", "Batch norm", "Slow")
    assert [search.row for search in plan.searches] == ["baseline", "Batch norm", "Slow"]
    assert plan.searches[1].name == "components: Batch norm"
    found = {plan.searches[1].key: {"optimizer.lr": 0.05}}
    plan = plan_of(COMPONENTS, found=found)
    (row,) = ablation(plan, "components").rows
    assert (row.label, row.reference, row.previous) == ("Batch norm", "baseline", "baseline")
    assert ablation(plan, "components").waiting == ("baseline", "Slow")
    assert plan.conditions[row.condition].name == "components: Batch norm"
    assert values(plan, row.condition, "optimizer.lr", "model.batch_norm") == [0.05, True]


def test_a_tuned_field_replaces_what_the_row_says_of_it(plan_of: Any) -> None:
    searches = plan_of(COMPONENTS).searches
    found = {search.key: {"optimizer.lr": 0.01 * n} for n, search in enumerate(searches, start=1)}
    plan = plan_of(COMPONENTS + PLAIN, found=found)
    assert ablation(plan, "components").waiting == ()
    keys = rows(plan, "components")
    assert [values(plan, key, "optimizer.lr")[0] for key in keys.values()] == [0.01, 0.02, 0.03]
    assert values(plan, keys["baseline"], "model.batch_norm") == [False]
    assert values(plan, keys["Slow"], "model.batch_norm") == [True]


def test_the_tuned_baseline_may_be_the_baseline(plan_of: Any) -> None:
    first = plan_of(COMPONENTS + PLAIN).searches[0]
    plan = plan_of(COMPONENTS + PLAIN, found={first.key: {"optimizer.lr": 1e-3}})
    assert rows(plan, "components") == {"baseline": plan.baseline}


def test_an_ablation_starts_from_what_was_found(plan_of: Any) -> None:
    waiting = plan_of(NEXT + TUNED)
    assert ablation(waiting, "next").rows == ()
    assert ablation(waiting, "next").waiting == ("baseline", "num_convs=2", "batch_norm=true")
    assert "'tuned'" in ablation(waiting, "next").notes[0]
    plan = plan_of(NEXT + TUNED, found={waiting.searches[0].key: BEST})
    keys = rows(plan, "next")
    assert keys["baseline"] == rows(plan, "tuned")["best found"]
    assert values(plan, keys["num_convs=2"], "model.num_convs", *BEST)[:2] == [2, 0.01]
    assert {row.reference for row in ablation(plan, "next").rows[1:]} == {"baseline"}


def test_searches_may_follow_each_other(plan_of: Any) -> None:
    text = (
        TUNED
        + """
  again:
    design: search
    start_from: tuned
    budget: {trials: 4}
    space: {model.num_convs: {low: 1, high: 3}}
  last: {design: one-factor, start_from: again, factors: {model.batch_norm: [true]}}
"""
    )
    plan = plan_of(text)
    assert [search.name for search in plan.searches] == ["tuned"]
    assert ablation(plan, "again").waiting == ("baseline", "best found")
    found = {plan.searches[0].key: BEST}
    plan = plan_of(text, found=found)
    assert [search.name for search in plan.searches] == ["tuned", "again"]
    assert ablation(plan, "last").waiting == ("baseline", "batch_norm=true")
    plan = plan_of(text, found={**found, plan.searches[1].key: {"model.num_convs": 3}})
    last = rows(plan, "last")["batch_norm=true"]
    fields = ("model.num_convs", "optimizer.lr", "model.batch_norm")
    assert values(plan, last, *fields) == [3, 0.01, True]


def test_only_keeps_the_searches_that_it_needs(plan_of: Any) -> None:
    text = COMPONENTS + NEXT + TUNED
    plan = plan_of(text, only=("next",))
    assert [item.name for item in plan.ablations] == ["next"]
    assert [search.name for search in plan.searches] == ["tuned"]
    assert plan.trials == ()
    assert plan.primary.metric == "val/accuracy"
    assert plan_of(text + PLAIN, only=("rates",)).searches == ()


def test_a_search_that_two_ablations_need_is_run_once(plan_of: Any) -> None:
    text = (
        COMPONENTS
        + f"""
  network: {{design: one-factor, factors: {{model.num_convs: [2]}}, tune: {TUNE}}}
"""
    )
    plan = plan_of(text)
    shared = plan.searches[0].key
    assert [search.row for search in plan.searches] == [
        "baseline",
        "Batch norm",
        "Slow",
        "num_convs=2",
    ]
    assert all(shared in item.searches for item in plan.ablations)


@pytest.mark.parametrize("found", [(), (0,), (1, 2), (0, 1, 2, 3)])
def test_rows_that_wait_for_nothing_stay_as_they_were(plan_of: Any, found: tuple[int, ...]) -> None:
    text = COMPONENTS + NEXT + TUNED + PLAIN
    before = plan_of(text)
    choices = [{"optimizer.lr": 0.02}, {"optimizer.lr": 0.03}, {"optimizer.lr": 1e-3}, BEST]
    after = plan_of(text, found={before.searches[n].key: choices[n] for n in found})
    assert after.searches == before.searches
    for item in before.ablations:
        kept = {row.label: row for row in ablation(after, item.name).rows}
        assert all(kept[row.label] == row for row in item.rows)
    for key, condition in before.conditions.items():
        assert after.conditions[key] == condition
    assert set(before.trials) <= set(after.trials)


def test_the_objective_is_never_a_test_metric(plan_of: Any) -> None:
    plan = plan_of(TUNED, settings=["primary=test/macro_f1"])
    assert (plan.searches[0].objective, plan.searches[0].maximize) == ("val/macro_f1", True)
    assert "never see the test split" in " ".join(plan.ablations[0].notes)
    plan = plan_of(TUNED, settings=["primary=val/loss"])
    assert (plan.searches[0].objective, plan.searches[0].maximize) == ("val/loss", False)
    assert "optimistic" in " ".join(plan.ablations[0].notes)


def test_notes_say_what_was_spent(plan_of: Any) -> None:
    notes = plan_of(COMPONENTS).ablations[0].notes
    budget = "every row was tuned with the same budget: 8 configurations of optimizer.lr by tpe"
    assert budget in notes
    plan = plan_of("""
  tuned:
    design: search
    sampler: random
    budget: {trials: 9, minutes: 30, hours: 1}
    space: {optimizer.lr: {low: 1e-4, high: 1e-1}}
""")
    assert plan.searches[0].budget == Budget(9, 5400.0)
    assert (
        "9 configurations (or 1.5 h of training, if that came first)" in plan.ablations[0].notes[0]
    )


def test_rows_may_be_pruned(plan_of: Any) -> None:
    plan = plan_of("""
  quick: {design: grid, prune: median, factors: {optimizer.lr: [1e-2]}}
  careful: {design: grid, prune: {name: median, startup_trials: 7}, factors: {optimizer.lr: [1e-2]}}
  whole: {design: grid, prune: null, factors: {optimizer.lr: [1e-2]}}
""")
    quick, careful, whole = plan.ablations
    assert (quick.pruner.name, quick.pruner.startup_trials) == ("median", 2)
    assert careful.pruner.startup_trials == 7
    assert whole.pruner is None
    assert "median" in quick.notes[0]
    assert whole.notes == ()


@pytest.mark.parametrize(
    ("options", "setting", "text"),
    [
        ("pruner: median", "train.epochs=1", "after epoch 1 at the earliest, and there are 1"),
        ("pruner: {name: hyperband, min_epochs: 5}", "train.epochs=5", "nothing will be ended"),
        ("pruner: wilcoxon, seeds: 4", "seeds=4", "after seed 4 at the earliest, and there are 4"),
        ("seeds: 5", "seeds=2", "the study has only 2"),
        ("sampler: gp", "seeds=1", "gp draws fields that have a condition at random"),
    ],
)
def test_what_a_search_cannot_use_is_remarked(
    plan_of: Any, options: str, setting: str, text: str
) -> None:
    space = SPACE.replace("\n", " ").strip().replace("}   ", "}, ").replace("]   ", "], ")
    plan = plan_of(
        f"  tuned: {{design: search, budget: {{trials: 4}}, space: {{{space}}}, {options}}}",
        settings=[setting],
    )
    (warning,) = plan.warnings
    assert text in warning.message
    assert plan.searches[0].seeds == tuple(range(len(plan.searches[0].seeds)))


def test_whole_numbers_for_a_field_of_any_numbers_are_remarked(plan_of: Any) -> None:
    plan = plan_of(
        "  t: {design: search, budget: {trials: 4}, space: {optimizer.weight_decay: {low: 0, high: 1}}}"
    )
    assert "write low: 0.0" in plan.warnings[0].message
    assert plan.warnings[0].path == "$.ablations.t.space.optimizer.weight_decay"


def test_values_that_do_not_fit_together_are_a_failed_proposal(plan_of: Any) -> None:
    (search,) = plan_of("""
  tuned:
    design: search
    budget: {trials: 4}
    space:
      optimizer.name: {choices: [sgd]}
      optimizer.nesterov: [true, false]
      optimizer.momentum: {low: 0.0, high: 0.9}
""").searches
    params = {"optimizer.name": "sgd", "optimizer.nesterov": True, "optimizer.momentum": 0.0}
    with pytest.raises(ProposalError, match=r"^optimizer nesterov needs a momentum"):
        search.condition(0, params)
    assert search.condition(7, {**params, "optimizer.momentum": 0.9}).name == "tuned #7"


@st.composite
def proposals(draw: st.DrawFn, space: tuple[Dimension, ...]) -> dict[str, Any]:
    params: dict[str, Any] = {}
    for item in space:
        if not is_active(item, params):
            continue
        if item.kind == "choice":
            params[item.field] = draw(st.sampled_from(item.choices))
        elif item.step is not None:
            steps = draw(st.integers(0, round((item.high - item.low) / item.step)))
            params[item.field] = item.low + steps * item.step
        else:
            params[item.field] = draw(st.floats(item.low, item.high))
    return params


RELAXED = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@RELAXED
@given(st.data())
def test_every_proposal_is_a_condition_with_exactly_these_changes(plan_of: Any, data: Any) -> None:
    plan = plan_of(TUNED)
    (search,) = plan.searches
    params = data.draw(proposals(search.space))
    condition = search.condition(0, params)
    tree, base = to_tree(condition.config), to_tree(search.condition(0, {}).config)
    assert {field: get_field(tree, field) for field in params} == params
    changed = {field for field, value in params.items() if value != get_field(base, field)}
    own = {field for field in condition.changes if not field.startswith("optimizer.")}
    assert own == {field for field in changed if not field.startswith("optimizer.")}
    renamed = params["optimizer.name"] != "adam"
    assert renamed or {f for f in condition.changes if f not in own} <= {"optimizer.lr"}
    again = plan_of(TUNED, found={search.key: params})
    assert rows(again, "tuned")["best found"] == condition.key


@RELAXED
@given(
    order=st.permutations(SPACE.strip().splitlines()[:4]),
    trials=st.integers(1, 99),
    name=st.sampled_from(["tuned", "other", "a b"]),
    description=st.sampled_from(["", "Why?"]),
)
def test_the_key_depends_on_what_is_searched_alone(
    plan_of: Any, order: list[str], trials: int, name: str, description: str
) -> None:
    def study(lines: list[str], name: str, trials: int, description: str) -> str:
        space = "\n".join(f"      {line.strip()}" for line in lines)
        return f"""
  {name}:
    design: search
    description: "{description}"
    budget: {{trials: {trials}}}
    space:
{space}
"""

    usual = plan_of(study(SPACE.strip().splitlines()[:4], "tuned", 8, "")).searches[0]
    (search,) = plan_of(study(order, name, trials, description)).searches
    assert search.key == usual.key


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("pruner: hyperband", "pruner: median"),
        ("pruner: hyperband", "sampler: random"),
        ("pruner: hyperband", "pruner: hyperband\n    seeds: 2"),
        ("high: 1e-1", "high: 1e-2"),
        ("[sgd, adam]", "[sgd, adam, adamw]"),
    ],
)
def test_the_key_changes_with_the_search(plan_of: Any, before: str, after: str) -> None:
    changed = plan_of(TUNED.replace(before, after)).searches[0]
    assert changed.key != plan_of(TUNED).searches[0].key


@pytest.mark.parametrize("setting", ["model.hidden=[24]", "primary=val/loss", "seeds=[5]"])
def test_the_key_changes_with_the_study(plan_of: Any, setting: str) -> None:
    changed = plan_of(TUNED, settings=[setting]).searches[0]
    assert changed.key != plan_of(TUNED).searches[0].key
