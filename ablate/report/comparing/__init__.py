"""Two rows, two runs or two studies side by side: what differs between them, and what that did to the metrics."""

from __future__ import annotations

from ablate.report.comparing.classes import class_tables
from ablate.report.comparing.fields import (
    FieldDifference,
    config_differences,
    fields_table,
    tree_differences,
)
from ablate.report.comparing.metrics import metrics_table
from ablate.report.comparing.obstacles import obstacles, remarks
from ablate.report.comparing.rows import PairedRows, rows_table
from ablate.report.comparing.side import Side

__all__ = [
    "FieldDifference",
    "PairedRows",
    "Side",
    "class_tables",
    "config_differences",
    "fields_table",
    "metrics_table",
    "obstacles",
    "remarks",
    "rows_table",
    "tree_differences",
]
