"""Tables as JSON: what they show, and the unrounded numbers behind it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from ablate.report.cells import Cell
from ablate.report.plain import one_line
from ablate.report.table import AblationTable
from ablate.report.values import value_of, written


def render_json(tables: Iterable[AblationTable]) -> str:
    """An object with the key ``tables``: a list in the order of the report.

    Each table has ``title``, ``description``, ``level`` (2 for an ablation, 3 for a part of one), ``columns``
    (titles), ``rows`` (a list of cells each), ``footer`` (sentences) and ``records`` (the fields of
    :class:`~ablate.report.records.Record`, as in the CSV). A cell has ``text`` (as the other formats show it),
    ``value`` (its number in the unit that is stored, ratios 0 to 1, or ``null``) and ``bold``. Numbers have 12
    significant digits.
    """
    content = {"tables": [_table(table) for table in tables]}
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _table(table: AblationTable) -> dict[str, Any]:
    return {
        "title": table.title,
        "description": table.description,
        "level": table.level,
        "columns": list(table.columns),
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
        "footer": list(table.footer),
        "records": [
            {key: _plain(value) for key, value in asdict(record).items()}
            for record in table.records
        ],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {"text": one_line(cell.text), "value": _plain(value_of(cell)), "bold": cell.bold}


def _plain(value: Any) -> Any:
    """A number with the digits that mean something; JSON has no word for one that is not finite."""
    if not isinstance(value, float):
        return value
    return float(written(value)) if math.isfinite(value) else None
