from __future__ import annotations

from dataclasses import replace

from ablate.report import best_epochs_table, study_report
from ablate.results import ResultSet, Status

from .cases import cumulative
from .segmentation_cases import classes_in_space, layout, space_named_later, two_networks
from .studies import unfinished


def table_of(case):
    return best_epochs_table(case.plan, case.plan.ablations[0], case.results, case.layout)


def texts(table):
    return [tuple(cell.text for cell in row) for row in table.rows]


def test_each_metric_has_its_highest_value_and_the_epoch_of_each_seed():
    table = table_of(two_networks())
    assert table.columns[::2] == ("variant", "at epoch", "at epoch")
    assert table.columns[1] == "highest val/miou % (mean ± std)"
    assert texts(table)[1][:3] == ("FCN8s", "70.50 ± 2.00", "41, 38, 35")
    assert any("optimistic" in line for line in table.footer)
    assert "at epoch: of seeds 0, 1, 2, in this order." in table.footer


def test_a_seed_without_a_result_keeps_its_place():
    case = two_networks()
    lost = unfinished("FCN8s", 1, Status.FAILED, "out of memory")
    kept = [t for t in case.results if (t.condition, t.seed) != (lost.condition, 1)]
    table = table_of(replace(case, results=ResultSet("s", (*kept, lost))))
    assert texts(table)[1][2] == "41, -, 35"


def test_they_are_in_the_primary_metrics_label_space_and_those_of_the_columns():
    assert [title for title in table_of(classes_in_space()).columns if "highest" in title] == [
        "highest val/miou@three % (mean ± std)",
        "highest val/pixel_accuracy@three % (mean ± std)",
    ]
    assert "highest val/miou@two % (mean ± std)" in table_of(space_named_later()).columns


def test_a_loss_is_best_where_it_is_lowest():
    case = two_networks()
    trials = tuple(
        replace(
            t,
            best={**t.best, "val/loss": 0.25},
            measured={**t.measured, "best_epoch/val/loss": 7.0},
        )
        for t in case.results
    )
    table = table_of(replace(case, results=ResultSet("s", trials), layout=layout(["val/loss"])))
    assert table.columns[-2] == "lowest val/loss (mean ± std)"
    assert texts(table)[0][-2:] == ("0.2500 ± 0.0000", "7, 7, 7")


def test_there_is_none_where_the_epochs_are_not_recorded_and_of_no_other_task():
    case = two_networks()
    trials = tuple(replace(t, measured={}) for t in case.results)
    assert table_of(replace(case, results=ResultSet("s", trials))) is None
    plan, found = cumulative()
    named = {"best_epoch/val/accuracy": 3.0}
    found = ResultSet("s", tuple(replace(t, measured={**t.measured, **named}) for t in found))
    assert "best epochs" not in study_report(plan, found)
