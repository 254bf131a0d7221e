"""Results to tables, reports and figures. Importing it imports neither SciPy nor Matplotlib."""

from __future__ import annotations

from ablate.report.best_epochs import best_epochs_table
from ablate.report.compare import Comparison, Verdict, compare, compare_rows
from ablate.report.csv_text import render_csv
from ablate.report.markdown import render_markdown
from ablate.report.per_class import per_class_tables
from ablate.report.study import study_report, study_tables
from ablate.report.table import AblationTable, ablation_table

__all__ = [
    "AblationTable",
    "Comparison",
    "Verdict",
    "ablation_table",
    "best_epochs_table",
    "compare",
    "compare_rows",
    "per_class_tables",
    "render_csv",
    "render_markdown",
    "study_report",
    "study_tables",
]
