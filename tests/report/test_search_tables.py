from __future__ import annotations

from dataclasses import replace

import pytest

from ablate.plan.search.types import Budget, SearchResult
from ablate.report import ablation_table, study_tables
from ablate.report.number_format import NumberFormat
from ablate.report.searching import baseline_objective, progress, rounded
from ablate.results import ResultSet, SearchPoint, Status

from .search_cases import finished_search, points, search_plan, tuned_rows, unfinished_search
from .studies import finished


def tables_of(case):
    return {table.title: table for table in study_tables(case.plan, case.results, case.searches)}


def column(table, title):
    (index,) = [i for i, name in enumerate(table.columns) if name == title]
    return [row[index].text for row in table.rows]


def with_search(case, **changes):
    ((key, result),) = case.searches.items()
    return replace(case, searches={key: replace(result, **changes)})


def test_every_table_has_a_cell_for_every_column():
    for case in (finished_search(), unfinished_search(), tuned_rows()):
        for table in tables_of(case).values():
            assert {len(row) for row in table.rows} == {len(table.columns)}


class TestSearch:
    def test_the_rows_show_the_values_of_every_dimension(self):
        table = tables_of(finished_search())["size (search)"]
        assert column(table, "variant") == ["baseline", "best found"]
        assert column(table, "optimizer.lr") == ["0.001", "0.00391"]
        assert column(table, "model.dropout") == ["0.0", "0.05"]

    def test_a_row_that_waits_says_how_far_its_search_is(self):
        table = tables_of(unfinished_search())["size (search)"]
        assert column(table, "seeds")[1] == "waiting for the search (9 of 40 tried in 0.2 of 1.5 h)"
        assert {cell.text for cell in table.rows[1][3:4] + table.rows[1][5:]} == {"-"}

    def test_a_search_that_found_nothing_says_so(self):
        lost = tuple(replace(point, status=Status.FAILED, value=None) for point in points(3))
        case = with_search(unfinished_search(), points=lost, finished=True)
        table = tables_of(case)["size (search)"]
        assert column(table, "seeds")[1].startswith("nothing found (3 of 40 tried")
        assert column(table, "seeds")[1].endswith(": 3 failed)")

    def test_a_row_that_waits_for_the_search_of_another_ablation(self):
        case = unfinished_search()
        ablation = replace(case.plan.ablations[0], searches=())
        table = ablation_table(case.plan, ablation, case.results)
        assert column(table, "seeds")[1] == "waiting for a search"

    def test_the_best_five_finished_are_listed_ties_by_number(self):
        table = tables_of(finished_search())["size: search"]
        assert column(table, "configuration") == ["4", "2", "6", "9", "5"]
        assert column(table, "val/accuracy %")[:3] == ["86.05", "85.30", "85.30"]
        assert set(column(table, "status")) == {"finished"}
        assert "The 5 best of 7 finished are listed." in " ".join(table.footer)

    def test_the_least_is_the_best_where_less_is_better(self):
        plan = search_plan(maximize=False)
        case = finished_search()
        result = SearchResult(plan, points(), finished=True)
        table = tables_of(replace(case, searches={plan.key: result}))["size: search"]
        assert column(table, "configuration")[0] == "0"

    def test_before_any_has_finished_the_others_are_listed_with_their_fate(self):
        case = with_search(unfinished_search(), points=points()[1:2])
        table = tables_of(case)["size: search"]
        assert column(table, "status") == ["pruned by hyperband after epoch 1 of 4"]
        assert column(table, "val/accuracy %") == ["-"]

    def test_a_search_that_has_not_begun(self):
        case = replace(unfinished_search(), searches={})
        tables = tables_of(case)
        assert column(tables["size (search)"], "seeds")[1].startswith(
            "waiting for the search (0 of"
        )
        assert list(tables) == ["size (search)"]

    def test_values_of_pruned_configurations_never_count(self):
        flattering = tuple(
            replace(point, value=0.99) if point.status is Status.PRUNED else point
            for point in points()
        )
        case = finished_search()
        same = tables_of(with_search(case, points=flattering))["size: search"]
        assert same == tables_of(case)["size: search"]
        pruned = [r for r in same.records if r.row == "configuration 1"]
        assert pruned[0].mean is None
        assert pruned[0].text == "pruned by hyperband after epoch 1 of 4"

    def test_the_csv_holds_every_configuration_in_full(self):
        records = tables_of(finished_search())["size: search"].records
        found = {(r.row, r.metric): r for r in records}
        assert found["configuration 2", "optimizer.lr"].mean == 0.00187654321
        assert found["configuration 2", "model.hidden"].text == "[192, 12]"
        assert found["configuration 2", "val/accuracy"].mean == 0.853
        assert len({r.row for r in records}) == 10

    def test_importances_are_exploratory_and_need_to_be_known(self):
        case = finished_search()
        table = tables_of(case)["size: importances"]
        assert column(table, "share %") == ["61", "31", "8"]
        assert "Exploratory" in table.footer[0]
        assert "size: importances" not in tables_of(with_search(case, importances={}))


class TestTuning:
    def test_the_tuned_field_is_a_column_and_unequal_budgets_are_said(self):
        tables = tables_of(tuned_rows())
        assert column(tables["size (variants)"], "optimizer.lr") == ["0.00391", "0.0021", "-"]
        footer = " ".join(tables["size (variants)"].footer)
        assert "Tuning of 1 row has not ended: budgets used still differ." in footer
        assert "not all of them have spent it yet" in tables["size: tuning"].footer[0]

    def test_equal_budgets(self):
        case = tuned_rows()
        done = {key: replace(result, finished=True) for key, result in case.searches.items()}
        tables = tables_of(replace(case, searches=done))
        assert tables["size: tuning"].footer[0] == "Every row had the same budget."
        assert "budgets used" not in " ".join(tables["size (variants)"].footer)

    def test_a_row_whose_reference_still_waits_is_not_compared(self):
        case = tuned_rows()
        (ablation,) = case.plan.ablations
        changed = replace(ablation, rows=ablation.rows[1:], waiting=("baseline", "deep"))
        table = ablation_table(case.plan, changed, case.results, case.searches)
        assert column(table, "verdict") == ["-", "-", "-"]
        assert column(table, "variant") == ["wide", "baseline", "deep"]


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (Budget(trials=40), "2 of 40 tried"),
        (Budget(seconds=7200.0), "2 tried in 0.3 of 2 h"),
        (Budget(trials=9, seconds=1800.0), "2 of 9 tried in 20 of 30 min"),
    ],
)
def test_progress(budget, expected):
    tried = tuple(SearchPoint(n, {}, Status.FINISHED, duration_s=600.0) for n in range(2))
    assert progress(SearchResult(search_plan(budget=budget), tried, finished=False)) == expected


def test_the_baselines_objective_is_that_of_the_searchs_seeds():
    case = finished_search()
    trials = tuple(
        finished("baseline", seed, 0.5, metrics={"val/accuracy": 0.6 + seed / 10})
        for seed in range(2)
    )
    results = ResultSet("s", trials)
    assert baseline_objective(case.plan, results, search_plan()) == 0.6
    both = search_plan(seeds=(0, 1))
    assert baseline_objective(case.plan, results, both) == pytest.approx(0.65)
    assert baseline_objective(case.plan, results, search_plan(seeds=(0, 7))) is None


def test_rounding_keeps_whole_numbers_and_words():
    assert [rounded(value) for value in (12345, True, None, 123456.7)] == [
        12345,
        True,
        None,
        123500.0,
    ]
    assert NumberFormat(100.0, 0).plain(0.6059) == "61"
