"""Which fields of configurations differ, and how their values are written."""

from __future__ import annotations

from typing import Any

from ablate.report import study_tables
from ablate.report.setting_values import compact, differing
from ablate.spec.options import freeze
from ablate.spec.study import resolve

from .property_cases import transfer
from .segmentation_cases import layout
from .studies import RowDraft, make_plan, results

BASE: dict[str, Any] = {
    "task": {"name": "classification"},
    "data": {"name": "digits"},
    "model": {"name": "basenet"},
    "optimizer": {"name": "adam"},
    "primary": "val/accuracy",
}


def configured(**sections: Any) -> Any:
    config, mistakes = resolve(freeze({**BASE, **sections}))
    assert not mistakes
    return config


def test_equal_configurations_differ_in_nothing():
    assert (
        differing([configured(), configured(model={"name": "basenet", "batch_norm": False})]) == ()
    )


def test_every_field_in_which_two_of_many_differ_is_named_by_section():
    rows = [
        configured(),
        configured(optimizer={"name": "adam", "lr": 0.5}, data={"name": "digits", "batch_size": 8}),
        configured(train={"patience": 3}),
    ]
    assert differing(rows) == ("data.batch_size", "optimizer.lr", "train.patience")


def test_what_only_reports_is_no_difference():
    assert differing([configured(), configured(primary="val/loss")]) == ()


def test_of_another_member_only_what_is_set_counts():
    plain = configured(optimizer={"name": "sgd", "lr": 0.1})
    other = configured(optimizer={"name": "adam", "lr": 0.1})
    assert differing([plain, other]) == ("optimizer.name",)
    heavy = configured(optimizer={"name": "sgd", "lr": 0.1, "momentum": 0.9})
    assert differing([heavy, other]) == ("optimizer.name", "optimizer.momentum")


def test_members_are_written_by_name_and_what_is_not_usual():
    steps = ("random_horizontal_flip", {"random_crop": {"padding": 2}})
    data = configured(data={"name": "digits", "augment": steps}).data
    assert compact(data.augment) == "[random_horizontal_flip, random_crop {padding: 2}]"


def cells(plan, values, **more):
    (_, table, *_) = study_tables(plan, results(values), layout=layout(**more))
    return table, [[cell.text for cell in row] for row in table.rows]


def test_values_are_cut_unless_that_made_them_look_alike():
    names = [f"{'x' * 70}{letter}" for letter in "ab"]
    rows = [RowDraft("a", {}, None)]
    rows += [RowDraft(name[-1] * 2, {"optimizer.name": name}, "a") for name in names]
    table, found = cells(make_plan(rows), {"a": (0.5,)})
    assert [row[1] for row in found] == ["adam", *names]
    _, found = cells(make_plan(rows[:2]), {"a": (0.5,)})
    assert found[1][1] == "x" * 57 + "..."
    assert [record.text for record in table.records] == ["adam", *names]


def test_rows_that_differ_in_nothing_and_other_designs_have_no_table():
    same = make_plan([RowDraft("a", {}, None), RowDraft("b", {}, "a")])
    assert len(study_tables(same, results({}))) == 1
    rows = [RowDraft("a", {}, None), RowDraft("b", {"model.dropout": 0.5}, "a")]
    ladder = make_plan(rows, design="cumulative")
    assert len(study_tables(ladder, results({}))) == 1
    assert len(study_tables(ladder, results({}), layout=layout(details=["data.name"]))) == 2


def test_details_stand_first_and_no_field_twice():
    kept = transfer()
    details = ["model.weights", "best_epoch", "optimizer.name"]
    (_, table, *_) = study_tables(kept.plan, kept.results, layout=layout(details=details))
    assert table.columns == (
        "variant",
        "model.weights",
        "best epoch",
        "optimizer.name",
        "model.dropout",
    )
    best = [record.mean for record in table.records if record.metric == "best_epoch"]
    assert best[1] == 8.0
