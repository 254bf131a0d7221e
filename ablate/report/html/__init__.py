"""Tables and whole reports as HTML."""

from __future__ import annotations

from ablate.report.html.page import render_html_document
from ablate.report.html.tables import render_html

__all__ = ["render_html", "render_html_document"]
