"""Files that name the classes of masks: a name a line, or a table with ids and colours."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ablate.errors import DataError
from ablate.spec.labels import Color

_NUMBERED = re.compile(r"(?P<id>\d+)[\s:,]+(?P<name>.*\S)")
_ID_COLUMNS = ("index", "id")


class ClassEntry(NamedTuple):
    """A class: its name, the value that masks of ids have for it, and its colour, if it is known."""

    name: str
    id: int
    color: Color | None = None


def read_class_file(data_set: str, path: Path) -> list[ClassEntry]:
    """The classes that a file names, in its order.

    ``.csv``: a table with a column ``name``, perhaps one of ids, ``index`` or ``id``, and perhaps three of colours,
    ``r``, ``g``, ``b`` (or columns that end in ``_r``, ``_g``, ``_b``). Otherwise a name a line, or an id and a name;
    lines that begin with ``#`` are left out. Without ids the classes are numbered from 0.

    Raises:
        DataError: it is not there, or cannot be understood.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"data set '{data_set}': cannot read {path}: {error}") from error
    if path.suffix.lower() == ".csv":
        return list(_table(path, csv.DictReader(text.splitlines(), skipinitialspace=True)))
    return _list(path, text.splitlines())


def _list(path: Path, lines: Iterable[str]) -> list[ClassEntry]:
    named = {
        number: line.strip()
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith("#")
    }
    matches = {number: _NUMBERED.fullmatch(line) for number, line in named.items()}
    numbered = {number: match for number, match in matches.items() if match}
    if not numbered:
        return [ClassEntry(name, number) for number, name in enumerate(named.values())]
    bare = next((number for number in named if number not in numbered), None)
    if bare is not None:
        other = next(iter(numbered))
        raise DataError(
            f"{path}:{bare}: {named[bare]!r} begins with no number, but line {other} does: {named[other]!r}. "
            "Number every class or none; a line that begins with '#' is left out"
        )
    return [ClassEntry(match["name"], int(match["id"])) for match in numbered.values()]


def _table(path: Path, rows: csv.DictReader[str]) -> Iterator[ClassEntry]:
    header = [name.strip() for name in rows.fieldnames or ()]
    rows.fieldnames = header
    if "name" not in header:
        raise DataError(f"{path} has no column 'name'; its columns: {', '.join(header) or 'none'}")
    number = next((column for column in _ID_COLUMNS if column in header), None)
    colors = _color_columns(header)
    for position, row in enumerate(rows):
        try:
            index = position if number is None else int(row[number])
            yield ClassEntry((row["name"] or "").strip(), index, _color(row, colors))
        except (TypeError, ValueError) as error:
            cells = ", ".join(f"{column}={value!r}" for column, value in row.items())
            raise DataError(
                f"{path}:{rows.line_num}: needs a name, an id and a colour of 0 to 255, not {cells}"
            ) from error


def _color_columns(header: Iterable[str]) -> Sequence[str]:
    """The columns of red, green and blue; none where one of them is absent."""
    found = [
        next((name for name in header if name == channel or name.endswith(f"_{channel}")), None)
        for channel in "rgb"
    ]
    return [name for name in found if name is not None] if all(found) else []


def _color(row: Mapping[str, str], columns: Sequence[str]) -> Color | None:
    if not columns:
        return None
    red, green, blue = (int(row[column]) for column in columns)
    if not all(0 <= value <= 255 for value in (red, green, blue)):
        raise ValueError(f"{red}, {green}, {blue} is no colour")
    return red, green, blue
