from __future__ import annotations

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ablate.report import Document, render_markdown_document
from ablate.report.document import Code, Frame, Items, Links, Paragraph, Section, Slider
from ablate.report.plain import one_line, own_lines

from .documents import document, png

RENDERER = MarkdownIt("commonmark").enable("table").enable("strikethrough")


def rendered(*blocks):
    return RENDERER.render(render_markdown_document(Document("t", "", (Section("s", blocks),))))


def texts(tag, page):
    return [
        html.unescape(one) for one in re.findall(rf"<{tag}\b.*?>(.*?)</{tag}>", page, re.DOTALL)
    ]


@given(st.text() | st.text(alphabet="-+#>=1.)[]:<~*|`\\ (a"))
@example("- a")
@example("1. a")
@example("# a")
@example("[a]: http://example.org")
@example("    code")
@example("***")
def test_a_renderer_shows_any_line_as_it_is(text):
    page = rendered(Items((text, "last")), Paragraph(text))
    shown = one_line(text)
    assert texts("li", page) == [shown, "last"]
    assert texts("p", page)[:1] == [shown][: bool(shown)]


@given(st.text() | st.text(alphabet="`~\n a<"))
@example("```\n````\n~~~")
def test_code_stays_as_it_is(text):
    (shown,) = texts("code", rendered(Code(text, "yaml")))
    assert shown == own_lines(text) + "\n"


def test_tables_stand_below_their_sections():
    page = RENDERER.render(render_markdown_document(document()))
    assert re.findall(r"<h([2-6])>(.*?)</h", page) == [
        ("2", "Setting"),
        ("2", "Results"),
        ("3", "ranking (variants)"),
        ("4", "ranking (variants)"),
        ("3", "Setting"),
        ("2", "Masks"),
    ]


def test_a_slider_is_its_first_middle_and_last_frame():
    page = RENDERER.render(render_markdown_document(document()))
    assert re.findall(r'src="(figures/masks[^"]*)"', page) == [
        "figures/masks-1.png",
        "figures/masks-3.png",
        "figures/masks-5.png",
    ]
    assert texts("th", page)[-3:] == ["epoch 0", "epoch 2", "epoch 4"]


@pytest.mark.parametrize(("count", "shown"), [(1, [0]), (2, [0, 1]), (4, [0, 2, 3])])
def test_few_frames_stand_once_each(count, shown):
    frames = tuple(Frame(f"epoch {n}", png()) for n in range(count))
    assert texts("th", rendered(Slider("m", "Masks", frames))) == [f"epoch {n}" for n in shown]


def test_pictures_have_words_and_captions():
    page = RENDERER.render(render_markdown_document(document()))
    assert '<img src="figures/curves.png" alt="Three &quot;curves&quot;" />' in page
    assert "<p>Curves &amp; bands</p>" in page
    assert 'alt="Only pixels"' in page


def test_folded_sections_can_be_opened():
    text = render_markdown_document(document())
    assert "<details>\n<summary>Configuration &amp; links</summary>\n\n" in text
    assert text.endswith("\n\n</details>\n")


def test_links_lead_where_they_say():
    page = rendered(Links((("a [b](c)", "figures/a b.pdf"), ("run", "http://h/#/runs/1"))))
    assert '<a href="figures/a%20b.pdf">a [b](c)</a>' in page
    assert '<a href="http://h/#/runs/1">run</a>' in page


def test_nothing_is_markup_that_was_none():
    assert "<script" not in render_markdown_document(document())
