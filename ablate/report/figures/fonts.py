"""Fonts for letters that Matplotlib's own font lacks, such as Chinese, Japanese and Korean ones."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LOG = logging.getLogger("ablate")

#: Shipped with Matplotlib: Latin, Greek, Cyrillic and more, alike on every machine.
OWN = "DejaVu Sans"
#: Asked in this order for the letters that those before lack.
FALLBACKS = (
    *(f"Noto Sans CJK {region}" for region in ("SC", "JP", "KR", "TC")),
    *(f"Noto Sans {region}" for region in ("SC", "JP", "KR", "Devanagari", "Thai")),
    *("Source Han Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "IPAexGothic"),
    *("Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "SimHei", "MS Gothic"),
    *("PingFang SC", "Hiragino Sans", "Apple SD Gothic Neo", "Arial Unicode MS"),
)


@cache
def families() -> tuple[str, ...]:
    """The fonts of every figure: Matplotlib's own, and what this machine has for other letters."""
    from matplotlib.font_manager import fontManager

    return chosen(fontManager.get_font_names())


def chosen(installed: Collection[str]) -> tuple[str, ...]:
    """The own font and the known ones that are installed.

    >>> chosen(["Hiragino Sans", "Comic Sans MS", "Noto Sans CJK JP"])
    ('DejaVu Sans', 'Noto Sans CJK JP', 'Hiragino Sans')
    """
    return (OWN, *(name for name in FALLBACKS if name in installed))


def foreign_letters(figure: Figure) -> frozenset[str]:
    """The letters of a figure that the own font lacks; those that no font has are told once."""
    from matplotlib.text import Text

    texts = figure.findobj(Text)
    letters = {letter for text in texts for letter in text.get_text()}
    missing = _missing(letters, (OWN,))
    if missing and (boxes := _missing(missing, families())):
        _tell(frozenset(boxes))
    return missing


def _missing(letters: Iterable[str], fonts: tuple[str, ...]) -> frozenset[str]:
    known = [_characters(name) for name in fonts]
    return frozenset(
        letter
        for letter in letters
        if letter.isprintable() and not any(ord(letter) in font for font in known)
    )


@cache
def _characters(name: str) -> frozenset[int]:
    """The code points that a font has."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    file = findfont(FontProperties(family=[name]))
    return frozenset(get_font(file).get_charmap())


@cache
def _tell(letters: frozenset[str]) -> None:
    shown = "".join(sorted(letters)[:20])
    _LOG.warning(
        "no installed font has the letters %s: figures show boxes. Install one that does (Noto Sans CJK)",
        shown,
    )
