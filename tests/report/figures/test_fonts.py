from __future__ import annotations

import logging
import warnings

import pytest
from matplotlib.figure import Figure

from ablate.report.figures import fonts
from ablate.report.figures.drawing import Drawing, own_settings

#: A letter that Matplotlib's own font lacks and its STIX font has, and one that neither has.
STIX_LETTER, NOWHERE = "ᶁ", "\N{HANGUL SYLLABLE HAN}"


def drawn(text: str) -> Drawing:
    with own_settings():
        figure = Figure(figsize=(2, 1))
        figure.text(0.1, 0.5, text)
        return Drawing(figure)


@pytest.fixture
def with_stix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FALLBACKS", ("STIXGeneral",))
    fonts.families.cache_clear()
    yield
    fonts.families.cache_clear()


def test_letters_of_another_font_are_drawn(with_stix: None) -> None:
    found = drawn(f"Katze {STIX_LETTER}")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert found.png() != drawn("Katze x").png()
        assert found.svg()
        assert b"/Type3" in found.pdf()
    assert fonts.foreign_letters(found.figure) == {STIX_LETTER}


def test_usual_letters_are_the_own_fonts_whatever_else_there_is(with_stix: None) -> None:
    names = "Straße, Ελλάδα, Россия: ✓ ✗ ± × →"
    both = drawn(names)
    assert fonts.foreign_letters(both.figure) == frozenset()
    fonts.families.cache_clear()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fonts, "FALLBACKS", ())
        alone = drawn(names)
        assert (both.png(), both.svg()) == (alone.png(), alone.svg())
    assert b"/Type3" not in both.pdf()


def test_letters_that_no_font_has_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    fonts._tell.cache_clear()
    found = drawn(f"{NOWHERE}")
    if NOWHERE not in fonts._missing([NOWHERE], fonts.families()):
        pytest.skip("a font of this machine has every letter")
    with caplog.at_level(logging.WARNING, "ablate"):
        found.png()
        found.svg()
    (told,) = [record.getMessage() for record in caplog.records]
    assert NOWHERE in told
    assert "Noto Sans CJK" in told
