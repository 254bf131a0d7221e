"""Names of files and anchors, from titles that may hold anything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_LONGEST = 60


def slugs(titles: Iterable[str], *, empty: str = "table") -> tuple[str, ...]:
    """A name for each title: lower-case letters of ASCII, digits and hyphens; no two alike.

    ``empty`` stands for a title of which nothing is left.

    >>> slugs(["size (search)", "Größe (search)", "size: search", "模型"])
    ('size-search', 'groe-search', 'size-search-2', 'table')
    """
    taken: set[str] = set()
    found = []
    for title in titles:
        name = _free(_slug(title) or empty, taken)
        taken.add(name)
        found.append(name)
    return tuple(found)


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST].strip("-")


def _free(name: str, taken: set[str]) -> str:
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name}-{number}"
    return candidate
