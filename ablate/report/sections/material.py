"""What a report is made from: a plan, its records, and where the files of its runs lie."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ablate.plan.search.types import SearchResult
from ablate.plan.types import AblationPlan, Plan
from ablate.report.analysis import Analysis, analyse
from ablate.report.rows import RowResults
from ablate.report.slugs import slugs
from ablate.results import ResultSet, TrialResult
from ablate.spec.columns import Layout

#: (epoch, value), ascending.
Curve = tuple[tuple[int, float], ...]

_LOG = logging.getLogger("ablate")


@dataclass(frozen=True, slots=True)
class Material:
    """The records behind a report.

    Attributes:
        plan: the study's plan.
        results: what is recorded of its trials.
        searches: key to what is recorded of each search.
        layout: what the study says of its tables.
        curves: run ids and a metric to run id and curve.
        folders: run id to the folder of its artifacts, of those that are on this machine.
        tags: run id to the tags of its run.
        link: run id to the address of its page.
        source: what the report was made from: name to text, such as the study file and its hash.
        configuration: of the baseline, as YAML; empty where a report should not show it.
        photos: whether the images of the data may be shown.
    """

    plan: Plan
    results: ResultSet
    searches: Mapping[str, SearchResult]
    layout: Layout
    curves: Callable[[Iterable[str], str], Mapping[str, Curve]]
    folders: Mapping[str, Path]
    tags: Mapping[str, Mapping[str, str]]
    link: Callable[[str], str]
    source: Mapping[str, str] = field(default_factory=dict)
    configuration: str = ""
    photos: bool = True
    _known: dict[str, Analysis] = field(default_factory=dict, repr=False, compare=False)

    def analysis(self, ablation: AblationPlan) -> Analysis:
        """An ablation, compared; once for all sections."""
        if ablation.name not in self._known:
            found = analyse(self.plan, ablation, self.results, self.searches)
            self._known[ablation.name] = found
        return self._known[ablation.name]

    def folder(self, row: RowResults, part: str) -> Path | None:
        """``part`` of the artifacts of a row's first finished seed that has it."""
        return next((folder / part for _, folder in self.with_part(row, part)), None)

    def with_part(self, row: RowResults, part: str) -> Iterator[tuple[TrialResult, Path]]:
        """The finished trials of a row whose artifacts have ``part``, by seed, with their artifacts."""
        for trial in row.finished:
            folder = self.folders.get(trial.run_id)
            if folder is not None and (folder / part).exists():
                yield trial, folder


def file_names(material: Material) -> Mapping[str, str]:
    """Ablation to what the names of its figures begin with; no two alike."""
    names = [ablation.name for ablation in material.plan.ablations]
    return dict(zip(names, slugs(names, empty="ablation"), strict=True))


@contextmanager
def undrawn(what: str) -> Iterator[None]:
    """Leave a picture out whose files are damaged or do not belong together; the log says why."""
    try:
        yield
    except (ValueError, OSError, SyntaxError) as error:  # Pillow calls some damage a syntax error
        _LOG.warning("%s cannot be drawn: %s", what, error)
