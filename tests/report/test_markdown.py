from __future__ import annotations

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ablate.report import render_markdown
from ablate.report.cells import Count, Text
from ablate.report.markdown import escape, prose
from ablate.report.table import AblationTable

RENDERER = MarkdownIt("commonmark").enable("table").enable("strikethrough")


def table(*labels, footer=()):
    rows = tuple((Text(label), Count(1)) for label in labels)
    return AblationTable("title", "", ("variant", "n"), rows, tuple(footer), ())


def shown(cells):
    return [html.unescape(re.sub(r"</?t[dh]>", "", cell)) for cell in cells]


@given(st.text(min_size=1))
@example("a|b\\|c")
@example("<script>alert(1)</script>")
@example("<!-- -->")
@example("__init__ *a* **b** `c` ~~d~~ _e_ a_b_c")
@example("[a](b) ![c](d) &lt; &#60; \\")
@example("two\nlines\r\nmore\u2028still")
def test_a_renderer_shows_any_text_as_it_is(text):
    rendered = RENDERER.render(render_markdown([table(text)]))
    cells = re.findall(r"<td>.*?</td>", rendered, flags=re.DOTALL)
    expected = "".join(char for char in " ".join(text.split()) if char.isprintable())
    assert shown(cells) == [expected.strip(), "1"]


@given(st.text())
def test_footers_stay_a_list_of_sentences(text):
    rendered = RENDERER.render(render_markdown([table("a", footer=[f"Row {text}.", "Second."])]))
    assert rendered.count("<li>") == 2
    assert "<script" not in rendered


@pytest.mark.parametrize("text", ["model.num_convs", "lr=1e-3", "[192, 12]", "p < 0.05", "Q&A"])
def test_harmless_text_stays_readable(text):
    assert escape(text) == text


def test_columns_are_aligned_even_with_wide_characters():
    lines = render_markdown([table("ab", "模型", "é", "e\u0301")]).splitlines()[2:8]
    assert lines == [
        "| variant | n |",
        "|---------|---|",
        "| ab      | 1 |",
        "| 模型    | 1 |",
        "| é       | 1 |",
        "| e\u0301       | 1 |",
    ]


def test_bold_cells():
    bold = AblationTable("t", "", ("variant",), ((Text("a|b", bold=True),),), (), ())
    assert "| **a\\|b** |" in render_markdown([bold])


def test_prose_keeps_markdown_and_drops_html():
    assert prose(" Which *part*?\n\n<img onerror=x> ") == "Which *part*?\n\n&lt;img onerror=x>"


def test_the_description_of_an_ablation_stands_above_its_table():
    described = AblationTable("t", "Which?", ("variant",), ((Text("a"),),), (), ())
    assert render_markdown([described]).startswith("## t\n\nWhich?\n\n| variant |")
