"""Columns that are no metrics: ranks, where weights come from, and which of them tables show unasked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ablate.report import study_tables
from ablate.results import ResultSet

from .property_cases import SETTINGS, transfer
from .segmentation_cases import layout
from .studies import RowDraft, make_plan, results


def column(kept, title):
    (table, *_) = study_tables(kept.plan, kept.results, layout=kept.layout, measured=kept.measured)
    place = table.columns.index(title)
    return [row[place].text for row in table.rows]


def titles(kept):
    return study_tables(kept.plan, kept.results, layout=kept.layout, measured=kept.measured)[
        0
    ].columns


@pytest.mark.parametrize(
    ("primary", "ranks"), [("val/accuracy", ["3", "1", "1"]), ("val/loss", ["1", "2", "2"])]
)
def test_equal_means_share_a_rank_and_leave_the_next_one_out(primary, ranks):
    rows = [RowDraft(name, {}, None if name == "a" else "a") for name in "abc"]
    plan = make_plan(rows, primary=primary)
    found = results(
        {"a": (0.1, 0.2, 0.3), "b": (0.5, 0.6, 0.7), "c": (0.7, 0.5, 0.6)}, metric=primary
    )
    kept = replace(transfer("rank"), plan=plan, results=found)
    assert column(kept, "rank") == ranks


def test_rows_about_other_classes_have_no_rank():
    rows = [
        RowDraft("fine", {}, None),
        RowDraft("coarse", {"data.classes": {"all": ("x", "y")}}, "fine"),
    ]
    plan = make_plan(rows)
    found = results({"fine": (0.1, 0.2, 0.3)}, classes=("x", "y")).trials
    found += results({"coarse": (0.5, 0.6, 0.7)}, classes=("all",)).trials
    kept = replace(transfer("rank"), plan=plan, results=ResultSet("basenet", found))
    assert column(kept, "rank") == ["1", "-"]


def test_parameters_stay_where_a_study_names_metrics_only():
    assert titles(transfer())[-1] == "parameters"
    assert titles(transfer("val/loss"))[-1] == "parameters"


def test_a_study_that_names_properties_names_all_of_them():
    assert titles(transfer("rank"))[-1] == "rank"
    assert titles(transfer("rank", "parameters"))[-2:] == ("rank", "parameters")


def test_the_time_of_a_trial_stands_once_however_it_is_asked_for():
    kept = replace(transfer("trial_time"), measured=True)
    assert titles(kept).count("time/trial") == 1


def test_times_on_a_shared_device_say_so_whichever_they_are():
    kept = transfer("train_time", "val/loss", shared=2)
    (table, *_) = study_tables(kept.plan, kept.results, layout=kept.layout)
    assert "training time: measured with 2 trials side by side on one device." in table.footer
    alone = [replace(t, shared_device=1) if t.seed else t for t in kept.results]
    mixed = replace(kept, results=ResultSet("basenet", tuple(alone)))
    assert column(mixed, "training time")[0] == "1:06 min [1]"


def test_epochs_are_listed_by_seed_unless_all_agree():
    kept = transfer("best_epoch", "epochs")
    assert column(kept, "best epoch") == [
        "14, 19, 20",
        "8",
        "6, 5, 6",
        "6, 7, 6",
        "-",
    ]
    assert column(kept, "epochs") == ["20"] * (len(SETTINGS) + 1)
    assert layout(["best_epoch"]).properties[0].title == "best epoch"
