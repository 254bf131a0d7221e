"""Results to tables, reports and figures. Importing it imports neither SciPy nor Matplotlib."""

from __future__ import annotations

from ablate.report.best_epochs import best_epochs_table
from ablate.report.compare import Comparison, Verdict, compare, compare_rows
from ablate.report.csv_text import render_csv
from ablate.report.document import Document
from ablate.report.document_files import document_files
from ablate.report.formats import FORMATS
from ablate.report.html import render_html, render_html_document
from ablate.report.json_text import render_json
from ablate.report.latex import render_latex
from ablate.report.markdown import render_markdown
from ablate.report.markdown_document import render_markdown_document
from ablate.report.per_class import per_class_tables
from ablate.report.study import study_report, study_tables
from ablate.report.table import AblationTable, ablation_table

__all__ = [
    "FORMATS",
    "AblationTable",
    "Comparison",
    "Document",
    "Verdict",
    "ablation_table",
    "best_epochs_table",
    "compare",
    "compare_rows",
    "document_files",
    "per_class_tables",
    "render_csv",
    "render_html",
    "render_html_document",
    "render_json",
    "render_latex",
    "render_markdown",
    "render_markdown_document",
    "study_report",
    "study_tables",
]
