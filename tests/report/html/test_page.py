from __future__ import annotations

import base64
import hashlib
import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.report import Document, render_html, render_html_document
from ablate.report.document import Code, Items, Links, Paragraph, Section
from ablate.report.plain import own_lines
from tests.report.documents import HOSTILE, document, ranking
from tests.report.html_reader import read_html


@pytest.fixture(scope="module")
def page():
    return read_html(render_html_document(document()))


def policy_of(page):
    (found,) = [one for one in page.all("meta") if "http-equiv" in one.attributes]
    rules = (rule.partition(" ") for rule in found.attributes["content"].split("; "))
    return {name: value for name, _, value in rules}


def test_the_policy_lets_in_the_own_style_and_script_and_nothing_else(page):
    policy = policy_of(page)
    for tag in ("style", "script"):
        (one,) = page.all(tag)
        digest = base64.b64encode(hashlib.sha256(one.content.encode()).digest()).decode()
        assert policy.pop(f"{tag}-src") == f"'sha256-{digest}'"
        assert not one.attributes
    assert policy == {
        "default-src": "'none'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_style_and_script_name_no_address(page):
    for tag in ("style", "script"):
        assert not re.search(r"//\w|url\(|@import|fetch|XMLHttp|</", page.all(tag)[0].content)


def test_headings_and_contents_agree(page):
    headings = [one.content for tag in ("h2", "h3", "h4") for one in page.all(tag)]
    links = [one.content for one in page.all("nav")[0].all("a")]
    assert sorted(headings) == sorted(links)
    assert len(links) == 7
    assert [one.content for one in page.all("h1")] == [f"basenet {HOSTILE}"]


def test_pictures_are_within_and_have_words(page):
    images = page.all("img")
    assert [one.attributes["alt"] for one in images[:3]] == [
        'Three "curves"',
        "Only pixels",
        "Masks over the epochs: epoch 0",
    ]
    kinds = [one.attributes["src"].partition(";")[0] for one in images]
    assert kinds == ["data:image/svg+xml", *["data:image/png"] * 6]


def test_links_lead_to_pages_and_files_only(page):
    addresses = [one.attributes["href"] for one in page.all("main")[0].all("a")]
    assert addresses == ["http://127.0.0.1:5000/#/runs/1", "figures/curves.pdf"]
    assert "bad: javascript:alert(1)" in page.all("main")[0].content


@pytest.mark.parametrize("address", ["data:text/html,x", "//evil.example", " javascript:x", "vbs:"])
def test_other_addresses_are_text(address):
    links = Document("t", "", (Section("s", (Links((("name", address),)),)),))
    assert not read_html(render_html_document(links)).all("main")[0].all("a")


def test_folded_sections_are_closed(page):
    folded = page.all("main")[0].all("details")
    assert [one.all("h2")[0].content for one in folded] == ["Configuration & links"]
    assert "open" not in folded[0].attributes


def test_cells_carry_their_values():
    (table,) = read_html(render_html([ranking()])).all("tbody")
    values = [one.attributes.get("data-value") for one in table.children[0].children]
    assert values == [None, "0.1", "1000"]


def test_a_fragment_brings_neither_style_nor_script():
    fragment = read_html(render_html([ranking()]))
    assert [one.tag for one in fragment.children] == ["section"]
    assert not fragment.all("style")
    assert not fragment.all("script")


@given(st.text() | st.text(alphabet="<>&\"'/=- a!"))
def test_any_text_is_shown_and_is_no_markup(text):
    section = Section(text, (Paragraph(text), Items((text,)), Code(text, text)))
    page = read_html(render_html_document(Document(text, text, (section,))))
    (code,) = page.all("code")
    assert unescape(code.content) == unescape(own_lines(text))
