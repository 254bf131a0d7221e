"""A report in a real browser: what a reader clicks and presses. Skipped where there is no Chromium."""

from __future__ import annotations

import base64

import pytest

from ablate.report import render_html_document
from tests.report.documents import HOSTILE, document
from tests.report.html.browser import browser, find_chromium

CHROMIUM = find_chromium()
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")

ROWS = (
    "[...document.querySelector('table.sortable tbody').rows].map(row => row.cells[0].textContent)"
)
SHOWN = (
    "[...document.querySelectorAll('.frame')].filter(frame => frame.checkVisibility())"
    ".map(frame => frame.querySelector('span').textContent)"
)
TITLE = "table.sortable th:nth-child({}) button"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with browser(CHROMIUM, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def page(chromium, tmp_path):
    file = tmp_path / "report.html"
    file.write_text(render_html_document(document()), encoding="utf-8")
    chromium.open(file.as_uri())
    chromium.look_like(width=1280, scheme="light")
    yield chromium
    assert not chromium.happened("Log.entryAdded", "Runtime.exceptionThrown")
    assert not chromium.happened("Runtime.consoleAPICalled")
    asked = [one["request"]["url"] for one in chromium.happened("Network.requestWillBeSent")]
    assert [url for url in asked if not url.startswith("data:image/")] == [file.as_uri()]


def test_a_click_sorts_by_value_and_leaves_what_is_absent_last(page):
    before = page.evaluate(ROWS)
    assert before == ["ten", "nine", "none", HOSTILE]
    page.click(TITLE.format(3))
    assert page.evaluate(ROWS) == [HOSTILE, "nine", "ten", "none"]
    assert page.evaluate("document.querySelectorAll('th')[2].ariaSort") == "ascending"
    page.click(TITLE.format(3))
    assert page.evaluate(ROWS) == ["ten", "nine", HOSTILE, "none"]
    page.click(TITLE.format(3))
    assert page.evaluate(ROWS) == before
    assert page.evaluate("document.querySelectorAll('th')[2].ariaSort") == "none"


def test_the_keyboard_sorts_too(page):
    page.evaluate(f"document.querySelector('{TITLE.format(1)}').focus()")
    page.press("Enter", 13, "\r")
    assert page.evaluate(ROWS) == [HOSTILE, "nine", "none", "ten"]


def test_arrow_keys_move_the_slider(page):
    assert page.evaluate(SHOWN) == ["epoch 4"]
    page.evaluate("document.querySelector('input[type=range]').focus()")
    page.press("ArrowLeft", 37)
    assert page.evaluate(SHOWN) == ["epoch 3"]
    assert page.evaluate("document.querySelector('output').textContent") == "epoch 3"
    assert page.evaluate("document.querySelector('input').ariaValueText") == "epoch 3"
    page.press("Home", 36)
    assert page.evaluate(SHOWN) == ["epoch 0"]


def test_light_and_dark_follow_the_system_and_the_switch(page):
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.look_like(width=1280, scheme="dark")
    dark = page.evaluate(colour)
    assert dark != light
    page.click("button.theme")
    assert page.evaluate(colour) == light
    assert page.evaluate("document.querySelector('button.theme').textContent") == "Dark"
    page.evaluate("localStorage.clear()")


def test_no_name_becomes_a_script(page):
    assert page.evaluate("document.title") == f"basenet {HOSTILE}"
    assert page.evaluate("document.scripts.length") == 1


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_never_scrolls_sideways(page, width):
    page.look_like(width=width, scheme="light")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('nav > details').open") is (width == 1280)


def test_a_link_of_the_contents_opens_a_folded_section(page):
    folded = "document.querySelector('main details').open"
    assert page.evaluate(folded) is False
    page.click("nav li:last-child a")
    assert page.evaluate(folded) is True


def test_pictures_are_drawn(page):
    drawn = "[...document.images].every(image => image.complete && image.naturalWidth > 0)"
    assert page.evaluate(drawn) is True
    assert page.evaluate("document.images[0].naturalWidth") == 40


def test_a_page_that_may_store_nothing_works(chromium):
    """As in a sandboxed frame: a page without an origin, for which storage is an error."""
    source = base64.b64encode(render_html_document(document()).encode()).decode()
    chromium.open(f"data:text/html;charset=utf-8;base64,{source}")
    chromium.look_like(width=1280, scheme="light")
    chromium.click("button.theme")
    assert chromium.evaluate("document.documentElement.dataset.theme") == "dark"
    assert not chromium.happened("Log.entryAdded", "Runtime.exceptionThrown")
