from __future__ import annotations

from dataclasses import replace

import pytest

from ablate.report.analysis import Analysis, analyse
from ablate.report.figure_data import (
    COSTS,
    curve_metrics,
    curve_panel_of,
    forest_of,
    heat_map_of,
    trade_off_of,
)
from ablate.results import ResultSet

from . import cases
from .studies import RowDraft, finished, make_plan


def analysed(case: cases.Case) -> Analysis:
    plan, results = case
    return analyse(plan, plan.ablations[0], results)


def test_a_forest_says_what_the_table_says() -> None:
    forest = forest_of(analysed(cases.cumulative()))
    assert forest is not None
    first = forest.rows[0]
    assert (first.label, first.text) == ("Batch norm", "+0.90 [+0.40, +1.40]")
    assert first.delta == pytest.approx(0.9)
    assert (first.low, first.high) == (
        pytest.approx(0.4032, abs=1e-4),
        pytest.approx(1.3968, abs=1e-4),
    )
    assert [row.label for row in forest.rows] == list(cases.LADDER)[1:]
    assert forest.quantity == "Difference in val/accuracy to baseline (72.27 ± 0.47 %)"
    assert (forest.unit, forest.maximize) == ("percentage points", True)


def test_one_seed_gives_no_interval() -> None:
    forest = forest_of(analysed(cases.one_seed()))
    assert forest is not None
    (row,) = forest.rows
    assert (row.low, row.high, row.text, row.verdict) == (
        None,
        None,
        "+0.80",
        "1 seed: cannot tell",
    )


def test_lost_seeds_and_rows_are_named() -> None:
    forest = forest_of(analysed(cases.failed_seed()))
    assert forest is not None
    assert [row.label for row in forest.rows] == ["B (2 of 3 seeds)", "C (0 of 3 seeds)"]
    assert (forest.rows[1].delta, forest.rows[1].verdict) == (None, "no value")


def test_rows_of_several_references_say_which() -> None:
    forest = forest_of(analysed(cases.other_seeds()))
    assert forest is not None
    assert forest.rows[-1].label == "unpaired (unpaired: other seeds, to paired)"
    assert forest.quantity.endswith("the reference of each row")


def test_effects_that_do_not_matter_are_in_the_unit_of_the_metric() -> None:
    forest = forest_of(analysed(cases.lower_is_better()))
    assert forest is not None
    assert (forest.too_small, forest.unit, forest.maximize) == (0.001, "test/loss", False)


def test_a_grid_of_two_factors_is_a_heat_map() -> None:
    found = heat_map_of(analysed(cases.grid()))
    assert found is not None
    factors = {found.rows[0]: found.rows[1], found.columns[0]: found.columns[1]}
    assert set(factors) == {"optimizer.lr", "model.dropout"}
    assert [float(level) for level in factors["optimizer.lr"]] == [1e-5, 1e-3]
    assert len(found.cells) == 4
    assert found.reference is not None
    assert found.cells[found.reference].lines == ("80.00", "± 1.00")
    assert found.cells[found.reference].value == pytest.approx(80.0)


def test_other_designs_and_empty_studies_have_no_heat_map() -> None:
    assert heat_map_of(analysed(cases.cumulative())) is None
    plan, results = cases.grid()
    assert heat_map_of(analysed((plan, ResultSet(results.study, ())))) is None


def test_a_grid_with_a_lost_seed_says_so() -> None:
    plan, results = cases.grid()
    found = heat_map_of(analysed((plan, ResultSet(results.study, results.trials[1:]))))
    assert found is not None
    assert [cell.lines[-1] for cell in found.cells.values()].count("n=2/3") == 1


def test_parameters_are_a_cost_where_they_differ() -> None:
    found = trade_off_of(analysed(cases.cumulative()), "parameters")
    assert found is not None
    assert [(point.label, point.cost) for point in found.points][:2] == [
        ("baseline", 4414.0),
        ("Batch norm", 4450.0),
    ]
    assert found.points[0].reference
    assert found.points[0].value == pytest.approx(72.2667, abs=1e-3)
    assert trade_off_of(analysed(cases.one_factor()), "parameters") is None


@pytest.mark.parametrize("cost", COSTS)
def test_every_cost_can_be_asked_for(cost: str) -> None:
    found = trade_off_of(analysed(cases.cumulative()), cost)
    assert (found is None) == (cost != "parameters")


def test_times_that_cannot_be_compared_are_marked() -> None:
    rows = [RowDraft("a", {}, None), RowDraft("b", {"model.dropout": 0.1}, "a")]
    trials = tuple(
        replace(
            finished(label, seed, 0.5, measured={"duration_s": 10.0 + number}),
            shared_device=1 + number,
        )
        for number, label in enumerate("ab")
        for seed in range(3)
    )
    found = trade_off_of(analysed((make_plan(rows), ResultSet("s", trials))), "trial_time")
    assert found is not None
    assert found.seconds
    assert "cannot be compared" in found.note


def test_curves_of_finished_seeds_alone() -> None:
    plan, results = cases.failed_seed()
    named = tuple(replace(trial, run_id=trial.identity) for trial in results)
    analysis = analysed((plan, ResultSet(results.study, named)))
    train, val = curve_metrics(analysis)
    assert (train.metric, val.metric) == ("train/accuracy", "val/accuracy")
    curves = {trial.run_id: ((1, 0.5), (2, 0.6)) for trial in named}
    panel = curve_panel_of(analysis, val, curves)
    assert panel is not None
    assert {label: len(found) for label, found in panel.rows.items()} == {"A": 3, "B": 2, "C": 0}
    assert (panel.metric, panel.percent) == ("val/accuracy", True)
    assert curve_panel_of(analysis, train, {}) is None


def test_without_results_nothing_is_drawn() -> None:
    analysis = analysed(cases.nothing_run())
    assert forest_of(analysis) is None
    assert trade_off_of(analysis, "parameters") is None
