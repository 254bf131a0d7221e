from __future__ import annotations

from dataclasses import replace

from ablate.plan.types import LiteratureRow
from ablate.report import ablation_table, render_csv
from ablate.spec.columns import Layout, TableColumn

from .cases import cumulative, grid, literature


def tables(case):
    """The table with its rows from the literature, and without them."""
    plan, found = case
    (ablation,) = plan.ablations
    without = replace(ablation, literature=())
    return tuple(ablation_table(plan, one, found) for one in (ablation, without))


def published(case, *rows, layout=()):
    plan, found = case
    ablation = replace(plan.ablations[0], literature=rows)
    columns = tuple(map(TableColumn.model_validate, layout))
    return ablation_table(plan, ablation, found, layout=Layout(columns))


def cells(table, row):
    """Title to text of the cells that say anything."""
    found = zip(table.columns, table.rows[row], strict=True)
    return {title: cell.text for title, cell in found if cell.text != "-"}


def test_they_stand_last_marked_with_their_value_alone():
    table, _ = tables(literature())
    assert cells(table, -3) == {
        "variant": "Smith et al. 2024 †",
        "val/accuracy % (mean ± std)": "91.20",
        "verdict": "literature",
    }
    assert cells(table, -2)["val/accuracy % (mean ± std)"] == "80.00 ± 0.40"
    assert cells(table, -1) == {
        "variant": "Roe 2022 †",
        "test/accuracy % (mean ± std)": "79.00",
        "verdict": "literature",
    }


def test_they_change_nothing_else_in_the_table():
    table, without = tables(literature())
    assert table.rows[:-3] == without.rows
    assert table.records[:-3] == without.records
    assert [line for line in table.footer if "†" not in line] == list(without.footer)
    assert not any(cell.bold for row in table.rows[-3:] for cell in row)


def test_the_footer_names_every_source():
    table, _ = tables(literature())
    lines = [line for line in table.footer if line.startswith("†")]
    assert lines[1:] == [
        "† Smith et al. 2024: https://example.org/a|b",
        "† Doe 2023 (mean ± std of 5 runs): Doe, A comparison",
        "† Roe 2022 (1 run): Roe, Another comparison",
    ]


def test_csv_has_them_with_their_source():
    table, _ = tables(literature())
    line = render_csv([table]).splitlines()[-2]
    assert line == (
        'components,Doe 2023,val/accuracy,5,5,0.8,0.004,,,,,,literature,"Doe, A comparison",,,'
    )


def test_a_grid_has_their_label_in_its_first_column():
    table = published(grid(), LiteratureRow("Doe 2023", "val/accuracy", 0.9, "Doe"))
    assert cells(table, -1) == {
        "optimizer.lr": "Doe 2023 †",
        "val/accuracy % (mean ± std)": "90.00",
        "verdict": "literature",
    }


def test_a_metric_that_shares_its_cell_stands_in_its_place():
    row = LiteratureRow("Doe 2023", "test/accuracy", 0.9, "Doe")
    table = published(cumulative(), row, layout=["val/loss / test/accuracy"])
    (text,) = (text for title, text in cells(table, -1).items() if "loss / test" in title)
    assert text == "-/90.0"
