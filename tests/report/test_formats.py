"""Every format shows the same: any numbers, any names."""

from __future__ import annotations

import html
import json
import os
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ablate.errors import UsageError
from ablate.report import render_csv, render_html, render_json, render_latex, render_markdown
from ablate.report.cells import Count, MeanStd, Number, Text
from ablate.report.formats import FORMATS, check_format
from ablate.report.number_format import NumberFormat
from ablate.report.plain import one_line
from ablate.report.records import Record
from ablate.report.rows import Summary
from ablate.report.table import AblationTable
from ablate.report.values import value_of

from .any_tables import tables
from .html_reader import read_html
from .latex_reader import tables_in

GOLDEN = Path(__file__).parent.parent / "golden" / "formats"
SUFFIXES = {"markdown": "md", "latex": "tex", "csv": "csv", "html": "html", "json": "json"}
MARKDOWN = MarkdownIt("commonmark").enable("table")


def expected(table):
    return [[one_line(cell.text) for cell in row] for row in table.rows]


def markdown_cells(text):
    rows = re.findall(r"<tr>(.*?)</tr>", MARKDOWN.render(text), flags=re.DOTALL)[1:]
    cells = [re.findall(r"<td>(.*?)</td>", row, flags=re.DOTALL) for row in rows]
    return [[html.unescape(re.sub(r"</?strong>", "", cell)) for cell in row] for row in cells]


def html_cells(text):
    return [
        [cell.content for cell in row.children] for row in read_html(text).all("tbody")[0].all("tr")
    ]


def json_cells(text):
    return [[cell["text"] for cell in row] for row in json.loads(text)["tables"][0]["rows"]]


def latex_cells(text):
    return tables_in(text)[0].rows


def in_tex(text):
    """Text as it stands on the page: signs that look the same are one."""
    alike = str.maketrans({"✔": "✓", "✗": "×", "✘": "×", "−": "-"})
    return " ".join(unicodedata.normalize("NFC", one_line(text)).translate(alike).split())


@settings(deadline=None, max_examples=60)
@given(tables())
def test_all_formats_show_the_same_cells(table):
    cells = expected(table)
    assert html_cells(render_html([table])) == cells
    assert json_cells(render_json([table])) == cells
    if len(table.columns) > 1 or all(cells):  # Markdown has no way to write an empty line of one
        assert [
            [c.strip() for c in row] for row in markdown_cells(render_markdown([table]))
        ] == cells


@settings(deadline=None, max_examples=60)
@given(tables())
def test_latex_compiles_and_shows_the_same_cells(table):
    shown = latex_cells(render_latex([table]))
    assert shown == [[in_tex(cell) for cell in row] for row in expected(table)]


NAMES = (
    "a|b",
    "two\nlines",
    "<script>alert(1)</script>",
    "100 % & $5 #1 {x} a_b ~ ^ \\alpha",
    "`code` *star* __init__",
    "[192, 12]",
    "*starred",
    "say \"-\" or --set, '' and ,,",
    "Größe Ελληνικά 模型 Жук ✓ ✗",
    "javascript:alert(1)",
    "very long " * 12,
    "some_long/path-without.spaces=" * 8,
    "\x1b[31mred\x00\u202e",
)


def any_names():
    """One table of names that mean something to one format or another."""
    percent = NumberFormat(100.0, 2)
    rows = tuple(
        (
            Text(name),
            MeanStd(Summary(3, 0.8 + index / 1000, 0.01), percent, bold=index == 4),
            Count(4414 + index),
        )
        for index, name in enumerate(NAMES)
    )
    records = tuple(
        Record("<b>names</b>", name, "val/accuracy", 3, 3, 0.8 + index / 1000, 0.01)
        for index, name in enumerate(NAMES)
    )
    titles = ("variant", "val/accuracy % (mean ± std)", "n_|&<b>")
    footer = (
        "Names: a_b & <c>.",
        'A "-" means p < 0.05 ± nothing.',
        "[low, high]: no argument of the command before it.",
    )
    return AblationTable(
        "<b>names</b> & 50 % \\n", "Which $name$ <img src=x>?", titles, rows, footer, records
    )


@pytest.mark.parametrize("form", FORMATS)
def test_any_name_is_as_kept(form):
    file = GOLDEN / f"any-names.{SUFFIXES[form]}"
    text = FORMATS[form]([any_names()])
    if os.environ.get("UPDATE_GOLDEN") == "1":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
    assert text.encode() == file.read_bytes()


def test_any_name_comes_out_right_in_every_format():
    table = any_names()
    names = [one_line(name) for name in NAMES]
    assert [row[0] for row in html_cells(render_html([table]))] == names
    assert [row[0] for row in markdown_cells(render_markdown([table]))] == names
    assert [row[0] for row in json_cells(render_json([table]))] == names
    assert [row[0] for row in latex_cells(render_latex([table]))] == [in_tex(n) for n in NAMES]


@given(st.text() | st.text(alphabet="-'\",`"))
def test_any_text_is_read_back_from_latex(text):
    table = AblationTable("t", "", ("variant", "n"), ((Text(text), Count(1)),), (), ())
    shown = latex_cells(render_latex([table]))[0][0]
    assert shown == in_tex(text)


def test_bold_stands_in_every_format():
    table = any_names()
    assert "**80.40 ± 1.00**" in render_markdown([table])
    assert tables_in(render_latex([table]))[0].bold == {(4, 1)}
    assert [one.content for one in read_html(render_html([table])).all("strong")] == [
        "80.40 ± 1.00"
    ]
    (found,) = json.loads(render_json([table]))["tables"]
    assert [row[1]["bold"] for row in found["rows"]].index(True) == 4


def test_the_json_of_a_table_has_its_keys_and_unrounded_numbers():
    (found,) = json.loads(render_json([any_names()]))["tables"]
    assert list(found) == ["title", "description", "level", "columns", "rows", "footer", "records"]
    assert found["rows"][1][1] == {"text": "80.10 ± 1.00", "value": 0.801, "bold": False}
    assert found["records"][1]["mean"] == 0.801
    assert list(found["records"][0]) == render_csv([]).strip().split(",")


def test_numbers_that_are_none_are_null_in_json():
    endless = AblationTable("t", "", ("n",), ((Number(float("inf"), NumberFormat()),),), (), ())
    assert json.loads(render_json([endless]))["tables"][0]["rows"][0][0]["value"] is None


def test_latex_says_what_it_needs():
    def preamble(name):
        table = AblationTable("t", "", ("variant",), ((Text(name),),), (), ())
        return render_latex([table]).partition("\n\n")[0]

    assert preamble("Größe – “é”") == r"% Needs in the preamble: \usepackage{booktabs}"
    assert "amssymb" in preamble("✓")
    assert "XeLaTeX" in preamble("模型")


def test_a_wrong_format_names_the_nearest():
    with pytest.raises(UsageError, match=r"latx: no such format of tables\. Did you mean 'latex'"):
        check_format("latx")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,234", 1234.0), ("-2.5e-3", -0.0025), ("nan", None), ("1.2.3", None), ("12 x", None)],
)
def test_words_that_are_numbers_sort_as_numbers(text, value):
    assert value_of(Text(text)) == value
