"""Two factors read both ways: from declared levels, and from the fields in which variants differ."""

from __future__ import annotations

import numpy as np
import pytest

from ablate.report import ablation_table, study_tables

from .design_cases import HEAD, PARTS, SIXTH, TRANSFER, compiled, outcome
from .factorial_cases import label, random_values, tables_of
from .studies import RowDraft, make_plan, results


def pivots(plan, found):
    return [table for table in study_tables(plan, found) if "×" in table.title]


def texts(table):
    return [[cell.text for cell in row] for row in table.rows]


@pytest.mark.parametrize("shape", [(2, 2), (3, 2), (2, 3), (4, 3)])
def test_the_factor_of_more_levels_stands_down(shape):
    values = random_values(shape, seeds=2)
    (title,) = [title for title in tables_of(values) if "×" in title]
    table = tables_of(values)[title]
    down, across = ("b", "a") if shape[1] > shape[0] else ("a", "b")
    assert title == f"x.{down} × x.{across}"
    assert table.columns == (f"x.{down}", *(f"{across}={i}" for i in range(min(shape))))
    means = values.mean(axis=-1) * 100
    for row, expected in zip(texts(table), means.T if down == "b" else means, strict=True):
        assert [text.split(" ± ")[0] for text in row[1:]] == [f"{mean:.2f}" for mean in expected]


def test_missing_seeds_are_marked():
    values = random_values((2, 2), seeds=3)
    values[1, 1, 0] = np.nan
    values[0, 1] = np.nan
    table = tables_of(values)["x.a × x.b"]
    assert texts(table)[0][2] == "- (0/3)"
    assert texts(table)[1][2].endswith(" (2/3)")


def test_three_factors_or_one_have_no_such_table():
    assert not [title for title in tables_of(random_values((2, 2, 2))) if "×" in title]
    assert not [title for title in tables_of(random_values((3,))) if "×" in title]


def test_more_levels_than_fit_across_have_none():
    assert not [title for title in tables_of(random_values((9, 9), seeds=2)) if "×" in title]


def test_variants_are_read_by_the_fields_in_which_they_differ():
    plan = compiled(HEAD + TRANSFER + SIXTH)
    (table,) = pivots(plan, outcome(plan))
    assert table.title == "transfer: model.weights × optimizer.lr + train.freeze"
    assert [row[0] for row in texts(table)] == ["random", "supervised", "byol"]
    assert table.columns[1:] == ("0.001, none", "0.01, encoder")
    assert (
        "optimizer.lr and train.freeze always change together, and cannot be told apart."
        in table.footer
    )


def test_one_missing_combination_is_said_and_two_are_no_product():
    plan = compiled(HEAD + TRANSFER)
    (table,) = pivots(plan, outcome(plan))
    assert texts(table)[0][2] == "-"
    assert '"-" alone: a combination that no row has.' in table.footer
    assert not any(t.title.endswith(": effects") for t in study_tables(plan, outcome(plan)))
    four = compiled(HEAD + TRANSFER.rpartition("      E BYOL")[0])
    assert pivots(four, outcome(four)) == []


def test_two_changes_and_the_baseline_are_no_product():
    rows = [
        RowDraft("baseline", {}, None),
        RowDraft("a", {"model.dropout": 0.5}, "baseline"),
        RowDraft("b", {"optimizer.lr": 0.1}, "baseline"),
    ]
    assert pivots(make_plan(rows), results({row.label: (0.5, 0.6) for row in rows})) == []


def test_a_baseline_apart_stands_below():
    cells = [(0, 0), (0, 1), (1, 0), (1, 1)]
    rows = [RowDraft("baseline", {}, None)]
    for a, b in cells:
        levels = {"optimizer.lr": str(a), "model.dropout": str(b)}
        rows.append(RowDraft(label((a, b)), {"optimizer.lr": a + 2}, "baseline", levels=levels))
    found = results({row.label: (0.5, 0.6) for row in rows})
    (table,) = pivots(make_plan(rows, design="grid"), found)
    assert '"baseline" is none of these combinations: 55.00 ± 7.07.' in table.footer


def test_factors_that_move_together_are_one():
    rows = [
        RowDraft(str(i), {"optimizer.lr": i}, "0" if i else None, levels={"x": str(i), "y": str(i)})
        for i in range(4)
    ]
    found = results({row.label: (0.5, 0.6) for row in rows})
    assert len(study_tables(make_plan(rows, design="grid"), found)) == 1


def test_components_are_ticked_where_rows_switch_them():
    plan = compiled(HEAD + PARTS)
    table = ablation_table(plan, plan.ablations[0], outcome(plan))
    assert table.columns[:5] == ("variant", "Batch norm", "Dropout", "Smoothing", "seeds")
    assert ["".join(row[1:4]) for row in texts(table)] == ["✓✓✓", "✗✓✓", "✓✗✓", "✓✓✗"]
    assert any(
        line.startswith('cost of removing: the delta, the row minus "everything on"; below 0')
        for line in table.footer
    )


@pytest.mark.parametrize("names", [[f"part {i}" for i in range(9)], ["a", "b" * 64]])
def test_many_components_or_long_names_have_no_ticks(names):
    rows = [RowDraft("r", {}, None, levels=dict.fromkeys(names, "on"))]
    rows.append(RowDraft("s", {}, "r", levels=dict.fromkeys(names, "off")))
    plan = make_plan(rows)
    assert ablation_table(plan, plan.ablations[0], results({})).columns[:2] == ("variant", "seeds")


def test_a_grid_of_switches_has_each_of_them_once():
    names = [(a, b) for a in ("off", "on") for b in ("off", "on")]
    rows = [
        RowDraft(
            " ".join(pair),
            {},
            None if place == 0 else "off off",
            levels=dict(zip("ab", pair, strict=True)),
        )
        for place, pair in enumerate(names)
    ]
    plan = make_plan(rows, design="grid")
    assert ablation_table(plan, plan.ablations[0], results({})).columns[:3] == ("a", "b", "seeds")


def order_tables(plan):
    found = study_tables(plan, outcome(plan))
    return [table for table in found if table.title.endswith("added first, removed last")]


def test_a_part_that_stands_alone_elsewhere_has_a_range():
    plan = compiled(HEAD + PARTS)
    (table,) = order_tables(plan)
    values = {
        plan.conditions[trial.condition].name: trial.metrics["val/accuracy"]
        for trial in outcome(plan)
        if trial.seed == 0
    }
    first = {
        row.row: row.delta for row in table.records if row.metric == "added_first/val/accuracy"
    }
    assert texts(table)[1][:3] == ["Dropout", "-", "-"]
    assert first.keys() == {"Batch norm", "Smoothing"}
    assert values["batch_norm=true"] - values["baseline"] == pytest.approx(0.051)
    low, _, high = texts(table)[0][1].partition(" to ")
    assert float(low) < float(high)


def test_without_rows_of_one_part_alone_there_is_no_range():
    plan = compiled(HEAD + PARTS.partition("  single:")[0])
    assert order_tables(plan) == []
