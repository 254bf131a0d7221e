from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace

import pytest

from ablate.report import ablation_table, render_csv, study_tables
from ablate.results import ResultSet
from ablate.spec.primary import Primary
from ablate.spec.sections import TrainOptions
from ablate.tasks.segmentation import Segmentation

from .segmentation_cases import (
    SEGMENTATION_CASES,
    class_never_learned,
    classes_beside_space,
    classes_in_space,
    classes_without_space,
    layout,
    precision_and_iou,
    scores,
    space_named_later,
    trial,
    two_networks,
)
from .studies import RowDraft, make_plan


def first_table(case):
    plan = case.plan
    return ablation_table(plan, plan.ablations[0], case.results, layout=case.layout)


def column(table, title):
    (index,) = [i for i, name in enumerate(table.columns) if name.startswith(title)]
    return [row[index].text for row in table.rows]


def sentences(table, *words):
    return [line for line in table.footer if all(word in line for word in words)]


def records(case):
    tables = study_tables(case.plan, case.results, layout=case.layout)
    return list(csv.DictReader(io.StringIO(render_csv(tables))))


@pytest.mark.parametrize("case", [classes_without_space, classes_beside_space])
def test_rows_over_other_classes_get_neither_a_difference_nor_a_verdict(case):
    table = first_table(case())
    assert column(table, "verdict")[2] == "other classes [2]"
    assert column(table, "delta")[2] == "-"
    assert column(table, "wins")[2] == "-"
    assert not any(cell.bold for row in table.rows for cell in row)
    (record,) = [r for r in table.records if r.row == "3 classes" and r.metric == "val/miou"]
    assert (record.verdict, record.delta, record.p_holm) == ("other classes", None, None)


def test_the_same_rows_are_compared_in_a_label_space():
    table = first_table(classes_in_space())
    assert column(table, "delta")[2].startswith("+2.75")
    assert "other classes" not in column(table, "verdict")
    assert not sentences(table, "not comparable")


def test_the_footer_names_the_space_in_which_all_rows_are_scored():
    (line,) = sentences(first_table(classes_beside_space()), "not comparable")
    assert "(6 and 3)" in line
    assert "Compare val/miou@three and val/pixel_accuracy@three, which columns can show." in line
    shown = layout(["val/miou@three"])
    (line,) = sentences(first_table(replace(classes_beside_space(), layout=shown)), "not comp")
    assert line.endswith("Compare val/miou@three.")
    (line,) = sentences(first_table(classes_without_space()), "not comparable")
    assert "label_spaces" in line


def test_other_classes_do_not_count_among_the_corrected_comparisons():
    found = [r for r in first_table(classes_beside_space()).records if r.metric == "val/miou"]
    assert [r.p_holm for r in found if r.row == "3 classes"] == [None]


def test_two_metrics_in_one_cell_with_and_without_a_spread():
    case = precision_and_iou()
    title = "val/pixel_ap / val/miou %"
    assert column(first_table(case), title) == ["66.0/51.5", "70.0/55.5", "65.0/51.5"]
    again = [
        replace(t, seed=1, metrics={name: value + 0.01 for name, value in t.metrics.items()})
        for t in case.results
    ]
    plan = replace(
        case.plan,
        trials=(*case.plan.trials, *(replace(t, seed=1) for t in case.plan.trials)),
    )
    both = replace(case, plan=plan, results=ResultSet("coco", (*case.results.trials, *again)))
    table = first_table(both)
    assert f"{title} (mean ± std)" in table.columns
    assert column(table, title)[0] == "66.5 ± 0.7 / 52.0 ± 0.7"


def test_half_a_cell_may_be_missing():
    case = precision_and_iou()
    without = [
        replace(t, metrics={n: v for n, v in t.metrics.items() if n != "val/pixel_ap"})
        for t in case.results
    ]
    table = first_table(replace(case, results=ResultSet("coco", tuple(without))))
    assert column(table, "val/pixel_ap")[0] == "-/51.5"


def test_the_number_of_averaged_classes_is_said_row_by_row_where_it_differs():
    (line,) = sentences(first_table(two_networks()), "averages the classes")
    assert '5 to 6 of 6 in "FCN32s"; 6 of 6 in "FCN8s"' in line
    (line,) = sentences(first_table(precision_and_iou()), "averages the classes")
    assert line.endswith(": 4 of 4 classes.")


def test_the_conventions_are_said_of_segmentation_alone():
    for name, case in SEGMENTATION_CASES.items():
        assert sentences(first_table(case()), "confusion matrix", "void"), name
    plan = make_plan([RowDraft("a", {}, None)], primary="val/miou", seeds=[0])
    found = ResultSet("s", (trial("a", 0, ("x",), {"val/miou": 0.5, "val/loss": 1.0, "z/z": 1}),))
    assert not sentences(ablation_table(plan, plan.ablations[0], found), "confusion matrix")


def test_pixel_precision_is_said_not_to_be_that_of_masks():
    assert sentences(first_table(precision_and_iou()), "val/pixel_ap", "not COCO's mask AP")
    assert not sentences(first_table(two_networks()), "pixel_ap")


def test_what_was_recorded_before_a_space_had_a_name_is_a_dash_and_said_so():
    table = first_table(space_named_later())
    assert column(table, "seeds")[1] == "1/2 (1 without value [1])"
    assert column(table, "val/miou@two") == ["85.75 ± 1.06", "87.00", "-"]
    assert sentences(
        table, "[1]", "recorded before the label space 'three' was defined as it is now"
    )
    assert sentences(table, "No val/miou@two", '"without skips" (seed 0): recorded before')
    assert sentences(table, "No val/miou@two", '"3 classes": its classes cut through')


def test_the_metric_of_a_column_is_not_shown_twice():
    case = precision_and_iou()
    columns = first_table(case).columns
    assert sum(title.startswith("train/miou") for title in columns) == 1
    again = replace(case, layout=layout(["val/miou", "train/miou"]))
    assert sum("miou" in title for title in first_table(again).columns) == 2


@pytest.mark.parametrize("name", SEGMENTATION_CASES)
def test_no_number_stands_twice_in_the_csv(name):
    found = Counter((r["row"], r["metric"]) for r in records(SEGMENTATION_CASES[name]()))
    assert {key for key, times in found.items() if times > 1} == set()


def test_the_csv_has_every_metric_that_tables_show():
    found = {r["metric"] for r in records(precision_and_iou())}
    assert {"val/miou", "val/pixel_ap", "train/miou"} <= found
    assert {"val/iou/person", "val/pixel_ap/person"} <= found
    assert {"best/val/miou", "best_epoch/val/miou"} <= found


def test_rows_that_never_learn_a_class_are_named_where_they_are_scored_in_it():
    case = class_never_learned()
    assert sentences(first_table(case), "never learned") == [
        "\"Odd\" never learned 'ground' of the label space 'two': scored 0 there."
    ]
    without = ResultSet("camvid", tuple(t for t in case.results if t.condition == "key All"))
    assert not sentences(first_table(replace(case, results=without)), "never learned")


def test_what_merging_does_with_predictions_outside_the_space_is_said():
    (line,) = sentences(first_table(classes_in_space()), "merged")
    assert line.endswith("a prediction that is none of them counts as wrong.")


def swapped(case):
    """The same runs with their two seeds exchanged in every row."""
    seeds = {0: 1, 1: 0}
    trials = tuple(replace(t, seed=seeds[t.seed]) for t in case.results)
    return replace(case, results=ResultSet("camvid", trials))


@pytest.mark.parametrize("make", [classes_beside_space, classes_in_space])
def test_seeds_exchanged_jointly_change_nothing(make):
    def texts(case):
        tables = study_tables(case.plan, case.results, layout=case.layout)
        return [
            [[cell.text for cell in row] for row in table.rows]
            for table in tables
            if "best epochs" not in table.title  # lists epochs seed by seed
        ]

    assert texts(swapped(make())) == texts(make())


def test_an_ablation_may_have_a_primary_metric_of_its_own():
    case = classes_in_space()
    (ablation,) = case.plan.ablations
    own = replace(ablation, primary=case.plan.primary)
    study = classes_beside_space().plan  # its primary metric is val/miou
    plan = replace(case.plan, conditions=study.conditions, ablations=(own,))
    assert plan.primary.metric == "val/miou"

    def texts(plan):
        tables = study_tables(plan, case.results)
        return [(table.title, table.columns, table.rows, table.footer) for table in tables]

    assert texts(plan) == texts(case.plan)


def test_the_checkpoint_is_chosen_by_the_studys_metric():
    case = classes_beside_space()
    (ablation,) = case.plan.ablations
    first = case.plan.conditions["key with skips"]
    best = first.config.model_copy(update={"train": TrainOptions(checkpoint="best")})
    plan = replace(
        case.plan,
        conditions={**case.plan.conditions, first.key: replace(first, config=best)},
        ablations=(replace(ablation, primary=Primary(metric="val/miou@three")),),
    )
    (line,) = sentences(first_table(replace(case, plan=plan)), "Checkpoint: best")
    assert "the best val/miou (rows" in line


def test_the_best_row_is_bold_only_among_comparable_ones():
    groups = {"left": ("a",), "right": ("b",)}
    rows = [
        RowDraft("first", {}, None),
        RowDraft("better", {"model.dropout": 0.5}, "first"),
        RowDraft("other", {"data.classes": {"both": ("a", "b"), "rest": ("c",)}}, "first"),
        RowDraft("renamed", {"data.classes": {**groups, "last": ("c",)}}, "first"),
    ]
    values = {"first": 0.5, "better": 0.8, "other": 0.9, "renamed": 0.6}

    def bold(*labels):
        plan = make_plan(
            [row for row in rows if row.label in labels], primary="val/miou", task=Segmentation()
        )
        trials = [
            trial(label, seed, "abc", scores({"a": values[label] + seed**2 / 900 * len(label)}))
            for label in labels
            for seed in range(3)
        ]
        table = ablation_table(plan, plan.ablations[0], ResultSet("s", tuple(trials)))
        return [row[0].text for row in table.rows if any(cell.bold for cell in row)]

    assert bold("first", "better", "renamed") == ["better"]
    assert bold("first", "better", "other") == []
