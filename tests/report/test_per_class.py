from __future__ import annotations

import math
from dataclasses import replace

from ablate.report import per_class_table, study_report
from ablate.results import ResultSet, Status

from .studies import RowDraft, finished, make_plan, results

PLAN = make_plan([RowDraft("a", {}, None), RowDraft("b", {"model.dropout": 0.5}, "a")])


def table_of(found, plan=PLAN):
    return per_class_table(plan, plan.ablations[0], found)


def texts(table):
    return [tuple(cell.text for cell in row) for row in table.rows]


def test_means_over_the_seeds_in_percent():
    found = ResultSet(
        "s",
        tuple(
            finished("a", seed, 0.8, metrics={"val/accuracy/T-shirt/top": value})
            for seed, value in enumerate((0.85, 0.86, 0.8675))
        ),
    )
    table = table_of(found)
    assert table.columns == ("class", "a", "b")
    assert texts(table) == [("T-shirt/top", "85.9", "-")]


def test_classes_are_in_natural_order():
    names = ["10", "9", "class 12", "class 2", "Bag", "apple"]
    found = results({"a": (0.5,)}, metrics={f"val/accuracy/{name}": 0.5 for name in names})
    assert [row[0] for row in texts(table_of(found))] == [
        "apple",
        "Bag",
        "class 2",
        "class 12",
        "9",
        "10",
    ]


def test_classes_are_in_the_data_sets_order_where_it_is_recorded():
    found = results({"a": (0.5,)}, metrics={f"val/accuracy/{name}": 0.5 for name in "abc"})
    trials = tuple(replace(trial, classes=("c", "a", "b")) for trial in found)
    assert [row[0] for row in texts(table_of(replace(found, trials=trials)))] == ["c", "a", "b"]


def test_an_absent_class_is_a_dash_and_said_so():
    metrics = {"val/accuracy/x": math.nan, "val/accuracy/y": 0.5}
    table = table_of(results({"a": (0.5,), "b": (0.5,)}, metrics=metrics))
    assert texts(table) == [("x", "-", "-"), ("y", "50.0", "50.0")]
    assert table.footer[-1] == '"-" means no image of the class in the split.'


def test_the_split_is_the_primary_metrics():
    plan = make_plan([RowDraft("a", {}, None)], primary="test/accuracy")
    metrics = {"val/accuracy/x": 0.1, "test/accuracy/x": 0.2}
    assert texts(table_of(results({"a": (0.5,)}, metrics=metrics), plan)) == [("x", "20.0")]


def test_none_without_any_finished_trial():
    assert table_of(ResultSet("s", ())) is None
    failed = replace(finished("a", 0, 0.5), status=Status.FAILED, metrics={"val/accuracy/x": 0.5})
    assert table_of(ResultSet("s", (failed,))) is None
    assert "per class" not in study_report(PLAN, ResultSet("s", ()))
