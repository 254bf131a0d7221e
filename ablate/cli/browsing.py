"""``ablate ui``: MLflow's own UI on the right store."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from ablate.cli.opening import open_later
from ablate.cli.printing import print_text
from ablate.errors import RecordError
from ablate.record.reader import studies
from ablate.record.store import Store
from ablate.record.ui import Page, study_pages, ui_command
from ablate.runner.study import Study


def serve_ui(
    study: Path | None,
    profile: str | None,
    store: Path | None,
    host: str,
    port: int,
    browser: bool,
) -> NoReturn:
    """Serve the UI until it is interrupted; ``browser`` opens its first page there.

    Raises:
        RecordError: nothing is recorded yet.
    """
    records = Store((store or Path("mlruns")).absolute())
    if not records.database.exists():
        raise RecordError(f"{records.root}: nothing is recorded here yet. Run a study first")
    records.ensure()  # mends the paths of a store that was moved
    command, environment = ui_command(records, host=host, port=port)
    known = studies(records)
    name = Study(study, profile=profile, store=store).plan.study if study else None
    shown = {name: known[name]} if name in known else known
    print_text("MLflow is ready in a few seconds; Ctrl-C ends it")
    base = f"http://{host}:{port}"
    pages = {title: study_pages(records, shown[title], base) for title in shown}
    for title, found in pages.items():
        print_text(title)
        _print_pages(found)
    if browser:
        newest = next(reversed(pages.values()), ())
        open_later(newest[0].link if newest else base, host, port)
    sys.stdout.flush()
    # the server takes this process's place, so that signals reach it and nothing is left behind
    os.execve(command[0], command, {**os.environ, **environment})  # noqa: S606


def _print_pages(pages: Sequence[Page]) -> None:
    width = max(len(page.word) for page in pages)
    for page in pages:
        print_text(f"  {page.word:{width}}  {page.link}")
