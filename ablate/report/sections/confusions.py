"""Which classes a row takes for which others, and how that differs from its reference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ablate.plan.types import AblationPlan
from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.document import Picture, Section
from ablate.report.figures import confusion_difference, confusion_figure
from ablate.report.sections.material import Material
from ablate.report.sections.results import drawn

#: More rows than this have no figure of their own: their runs have one.
MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class Confusion:
    """The matrix of a row, summed over its seeds: ``counts`` (C, C) int64, true classes in rows."""

    counts: NDArray[np.int64]
    classes: tuple[str, ...]
    seeds: int
    counted: str


def confusion_section(material: Material, ablation: AblationPlan, name: str) -> Section | None:
    """The confusion matrices of an ablation's rows, and their differences to the references."""
    analysis = material.analysis(ablation)
    found = {row.label: confusion_of(material, row) for row in analysis.rows[:MOST_ROWS]}
    known = {label: item for label, item in found.items() if item is not None}
    pictures = tuple(_pictures(analysis, known, name))
    if not pictures:
        return None
    return Section(f"What is confused: {ablation.name}", pictures, folded=True)


def confusion_of(material: Material, row: RowAnalysis) -> Confusion | None:
    """What is recorded of a row; ``None`` where nothing is, or not of the same classes in every seed."""
    part = f"confusion/{row.results.condition.config.primary.split}.json"
    found = [read_confusion(folder / part) for _, folder in material.with_part(row.results, part)]
    known = [item for item in found if item is not None]
    if not known or len({item.classes for item in known}) != 1:
        return None
    counts = np.asarray([item.counts for item in known], dtype=np.int64).sum(axis=0)
    return Confusion(counts, known[0].classes, len(known), known[0].counted)


def _pictures(analysis: Analysis, known: dict[str, Confusion], name: str) -> Iterator[Picture]:
    for number, row in enumerate(analysis.rows, start=1):
        if row.label in known:
            own = _own(row.label, known[row.label], f"{name}-confusion-{number}")
            difference = _difference(row, known, f"{name}-confusion-difference-{number}")
            yield from filter(None, (own, difference))


def _own(label: str, found: Confusion, name: str) -> Picture | None:
    counted = f"{found.counted} of {found.seeds} seeds" if found.seeds > 1 else found.counted
    caption = f"{label}: what each class was taken for"
    return drawn(name, caption, confusion_figure, found.counts, found.classes, label, counted)


def _difference(row: RowAnalysis, known: dict[str, Confusion], name: str) -> Picture | None:
    """The row minus its reference, where both are of the same classes."""
    reference, own = row.results.row.reference or "", known[row.label]
    other = known.get(reference)
    if other is None or other.classes != own.classes:
        return None
    caption = f"{row.label} minus {reference}: what became more and less frequent"
    matrices = own.counts, other.counts, own.classes
    return drawn(name, caption, confusion_difference, *matrices, row=row.label, reference=reference)


def read_confusion(file: Path) -> Confusion | None:
    """The matrix that a trial wrote; ``None`` where the file is missing or holds something else."""
    try:
        matrix = json.loads(file.read_text(encoding="utf-8"))
        counts = np.asarray(matrix["counts"], dtype=np.int64)
        classes = tuple(str(label) for label in matrix["classes"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if counts.shape != (len(classes), len(classes)) or not classes:
        return None
    return Confusion(counts, classes, 1, "pixels" if "source_counts" in matrix else "images")
