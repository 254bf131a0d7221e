"""Tables as tidy CSV: numbers in full, one line per row and metric."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, fields

from ablate.report.records import Record
from ablate.report.table import AblationTable
from ablate.report.values import written


def render_csv(tables: Iterable[AblationTable]) -> str:
    """The records of all tables under one header; a value that does not exist is an empty field.

    Numbers have 12 significant digits: what follows may differ between versions of the libraries.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(field.name for field in fields(Record))
    for table in tables:
        writer.writerows(map(_text, astuple(record)) for record in table.records)
    return stream.getvalue()


def _text(value: str | float | None) -> str:
    if isinstance(value, float):
        return written(value)
    return "" if value is None else str(value)
