"""The formats of tables, by the names that the command line knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ablate.errors import UsageError, did_you_mean
from ablate.report.csv_text import render_csv
from ablate.report.html.tables import render_html
from ablate.report.json_text import render_json
from ablate.report.latex import render_latex
from ablate.report.markdown import render_markdown
from ablate.report.table import AblationTable

Render = Callable[[Sequence[AblationTable]], str]

#: Name to what writes tables so; the numbers are the same in all of them.
FORMATS: Mapping[str, Render] = {
    "markdown": render_markdown,
    "latex": render_latex,
    "csv": render_csv,
    "html": render_html,
    "json": render_json,
}


def check_format(form: str) -> None:
    """Refuse a format that is not there.

    Raises:
        UsageError: there is no such format.
    """
    if form not in FORMATS:
        raise UsageError(f"{form}: no such format of tables. {did_you_mean(form, FORMATS)}")
