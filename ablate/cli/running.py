"""``ablate run``: check, train what is missing, print the tables and where to look."""

from __future__ import annotations

from functools import partial

from ablate.cli.options import LOCAL_HOST, PORT
from ablate.cli.preparing import checked
from ablate.cli.printing import ERR, print_text
from ablate.record.reader import experiment_id
from ablate.record.ui import experiment_link
from ablate.runner.execute import run_and_publish
from ablate.runner.study import Study
from ablate.runner.summary import Choices, RunSummary


def run_and_print(study: Study, choices: Choices, *, quiet: bool) -> int:
    """Run a study as a person at a terminal expects; the exit code."""
    console = None if quiet else ERR
    check = partial(checked, quiet=quiet)
    summary, markdown = run_and_publish(study, choices, console, check, _tell)
    print_text(markdown)
    if not quiet:
        _print_summary(study, summary)
    return summary.exit_code


def _tell(line: str) -> None:
    ERR.print(line, markup=False, soft_wrap=True)


def _print_summary(study: Study, summary: RunSummary) -> None:
    parts = [f"{summary.already_done} of {summary.total} trials were there already"]
    parts += [f"{summary.finished} trained"] if summary.finished else []
    parts += [f"{summary.pruned} pruned"] if summary.pruned else []
    parts += [f"{summary.failed} failed"] if summary.failed else []
    parts += [f"{summary.interrupted} interrupted"] if summary.interrupted else []
    ERR.print("; ".join(parts), markup=False)
    if summary.signal is not None:
        ERR.print("Interrupted. The same command continues where this one stopped.")
    elif summary.failed:
        ERR.print("Failed trials stay as they are; --retry-failed trains them again.")
    if summary.undelivered:
        _tell(f"{summary.undelivered} runs wait for the server: ablate sync {study.path}")
    _print_links(study)


def _print_links(study: Study) -> None:
    experiment = experiment_id(study.store, study.plan.study)
    if experiment is None:
        return
    profile = f" --profile {study.profile}" if study.profile else ""
    link = experiment_link(f"http://{LOCAL_HOST}:{PORT}", experiment)
    lines = [
        f"Browse every run:  ablate ui {study.path}{profile}   then {link}",
        f"Optuna's view:     optuna-dashboard {study.store.optuna / study.plan.study}.journal",
    ]
    for line in lines:
        ERR.print(line, markup=False, soft_wrap=True)
