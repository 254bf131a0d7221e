from __future__ import annotations

import math
from dataclasses import replace

from ablate.report import per_class_tables, study_report
from ablate.results import ResultSet, Status

from .segmentation_cases import (
    class_never_learned,
    classes_in_space,
    classes_without_space,
    precision_and_iou,
    space_named_later,
    two_networks,
)
from .studies import RowDraft, finished, make_plan, results

PLAN = make_plan([RowDraft("a", {}, None), RowDraft("b", {"model.dropout": 0.5}, "a")])


def table_of(found, plan=PLAN):
    (table,) = per_class_tables(plan, plan.ablations[0], found)
    return table


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
    assert table.columns == ("class", "a", "b", "delta")
    assert texts(table) == [("T-shirt/top", "85.9", "-", "-")]


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
    assert texts(table) == [("x", "-", "-", "-"), ("y", "50.0", "50.0", "0.0")]
    assert table.footer[-1] == '"-" means no image of the class in the split.'


def differing(count, per_class=0.02):
    rows = [RowDraft("a", {}, None)]
    rows += [RowDraft(f"row {i}", {"model.dropout": i / 100}, "a") for i in range(1, count)]
    trials = tuple(
        finished(
            row.label, seed, 0.5, metrics={"val/accuracy/x": 0.5 + per_class * place + seed / 10}
        )
        for place, row in enumerate(rows)
        for seed in range(1 if place == 2 else 2)
    )
    return table_of(ResultSet("s", trials), make_plan(rows, seeds=[0, 1]))


def test_each_row_shows_its_difference_from_runs_of_the_same_seeds():
    table = differing(3)
    assert texts(table) == [("x", "55.0", "57.0 (+2.0)", "54.0 (+4.0)")]
    assert any(line.startswith('In brackets: the difference to "a"') for line in table.footer)


def test_differences_would_make_a_wide_table_too_wide():
    assert "(" in "".join(texts(differing(9))[0])
    table = differing(10)
    assert "(" not in "".join(texts(table)[0])
    assert not any("brackets" in line for line in table.footer)


def test_the_split_is_the_primary_metrics():
    plan = make_plan([RowDraft("a", {}, None)], primary="test/accuracy")
    metrics = {"val/accuracy/x": 0.1, "test/accuracy/x": 0.2}
    assert texts(table_of(results({"a": (0.5,)}, metrics=metrics), plan)) == [("x", "20.0")]


def test_none_without_any_finished_trial():
    assert per_class_tables(PLAN, PLAN.ablations[0], ResultSet("s", ())) == ()
    failed = replace(finished("a", 0, 0.5), status=Status.FAILED, metrics={"val/accuracy/x": 0.5})
    assert per_class_tables(PLAN, PLAN.ablations[0], ResultSet("s", (failed,))) == ()
    assert "per class" not in study_report(PLAN, ResultSet("s", ()))


def tables_of(case):
    return per_class_tables(case.plan, case.plan.ablations[0], case.results, case.layout)


def titles(case):
    return [table.title.partition(": ")[2] for table in tables_of(case)]


def test_a_table_for_each_set_of_classes_and_each_label_space():
    assert titles(classes_without_space()) == [
        "val/iou per class, 6 classes",
        "val/iou per class, 3 classes",
    ]
    assert titles(classes_in_space()) == [
        "val/iou per class, 6 classes",
        "val/iou@three per class",  # holds all of the networks with three classes
    ]


def test_a_label_space_compares_all_rows_that_are_scored_in_it():
    own, three, two = tables_of(space_named_later())
    assert own.columns == ("class", "with skips", "without skips")
    assert three.columns == ("class", "with skips", "without skips", "3 classes")
    assert two.columns == ("class", "with skips", "without skips")
    assert any('"3 classes" is left out: its classes cut through' in s for s in two.footer)
    assert 'Fewer seeds have a value: "without skips" (1 of 2).' in three.footer


def test_the_last_line_is_the_recorded_mean():
    table = tables_of(two_networks())[0]
    assert texts(table)[-1] == ("mean (mIoU)", "66.7", "69.5", "+2.8")
    assert texts(tables_of(precision_and_iou())[0])[-1][:2] == ("mean", "66.0/51.5")


def test_two_rows_show_their_difference_from_unrounded_values():
    table = tables_of(two_networks())[0]
    assert table.columns == ("class", "FCN32s", "FCN8s", "delta")
    assert texts(table)[2] == ("rangeland", "31.0", "35.5", "+4.5")  # 33.49 + 2 - 31.00 = 4.49
    assert texts(table)[5] == ("barren", "63.0", "63.5", "+0.5")
    assert 'Fewer seeds have a value: barren of "FCN32s" (2 of 3).' in table.footer


def test_the_difference_is_antisymmetric():
    case = two_networks()
    (ablation,) = case.plan.ablations
    first, second = ablation.rows
    turned = (replace(second, reference=None), replace(first, reference=second.label))
    plan = replace(case.plan, ablations=(replace(ablation, rows=turned),))
    signs = str.maketrans("+-", "-+")
    before = [row[3] for row in texts(tables_of(case)[0])]
    after = [row[3] for row in texts(tables_of(replace(case, plan=plan))[0])]
    assert [text.translate(signs) for text in after] == before


def test_a_class_that_occurs_nowhere_is_a_dash_in_its_place():
    case = two_networks()
    trials = tuple(
        replace(t, metrics={n: v for n, v in t.metrics.items() if n != "val/iou/forest"})
        for t in case.results
    )
    (table,) = tables_of(replace(case, results=ResultSet("s", trials)))
    assert texts(table)[3] == ("forest", "-", "-", "-")
    assert '"-" means no pixel of the class, neither in truth nor in prediction.' in table.footer


def test_a_row_that_has_not_run_stands_beside_the_others():
    case = two_networks()
    trials = tuple(t for t in case.results if t.condition == "key FCN32s")
    (table,) = tables_of(replace(case, results=ResultSet("s", trials)))
    assert texts(table)[0] == ("urban", "71.0", "-", "-")


def test_a_cell_that_shrinks_to_another_cell_is_no_second_table():
    found = titles(class_never_learned())
    assert found == [
        "val/iou per class, 6 classes",
        "val/iou per class, 2 classes",
        "val/iou@two per class",
        "val/pixel_ap / val/iou per class, 6 classes",
    ]


def test_a_class_of_the_space_that_a_row_never_learns_is_named():
    (table,) = [t for t in tables_of(class_never_learned()) if "@two" in t.title]
    assert texts(table)[0][:3] == ("ground", "90.0", "0.0")
    line = "\"Odd\" never learned 'ground' of the label space 'two': scored 0 there."
    assert line in table.footer
