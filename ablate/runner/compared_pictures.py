"""The pictures of two runs beside each other: those that both have under the same name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ablate.report.document import Picture
from ablate.results import TrialResult

#: Artifacts that are pictures of a whole run, and what they show.
_SHOWN = {
    "confusion/*.png": "Confusion matrix",
    "probes/grid.png": "Predicted masks",
    "representations/*.png": "Representations",
}


def compared_pictures(
    folders: tuple[Path, Path], trials: tuple[TrialResult, TrialResult]
) -> Iterator[Picture]:
    """A picture for each that both folders of artifacts have; a file that is no picture is left out."""
    from ablate.report.figures.side_by_side import side_by_side

    titles = (f"A: {trials[0].name}", f"B: {trials[1].name}")
    for pattern, shown in _SHOWN.items():
        for file in sorted(folders[0].glob(pattern)):
            name = file.relative_to(folders[0])
            other = folders[1] / name
            if not other.is_file():
                continue
            try:
                png = side_by_side(file.read_bytes(), other.read_bytes(), titles)
            except OSError:
                continue
            what = f"{shown} ({file.stem})" if "*" in pattern else shown
            caption = f"{what}: {' and '.join(titles)}"
            yield Picture(_file_name(name), caption, png, alt=caption)
    yield from _differences(folders, trials)


def _differences(
    folders: tuple[Path, Path], trials: tuple[TrialResult, TrialResult]
) -> Iterator[Picture]:
    """B minus A, of each split whose confusion matrix both recorded, of the same classes."""
    from ablate.report.figures import confusion_difference
    from ablate.report.sections.confusions import read_confusion
    from ablate.report.sections.results import drawn

    for file in sorted(folders[0].glob("confusion/*.json")):
        name = file.relative_to(folders[0])
        first, second = (read_confusion(folder / name) for folder in folders)
        if first is None or second is None or first.classes != second.classes:
            continue
        caption = f"Confusion matrix ({file.stem}): B minus A"
        matrices = second.counts, first.counts, first.classes
        names = {"row": trials[1].name, "reference": trials[0].name}
        found = drawn(
            f"{_file_name(name)}-difference", caption, confusion_difference, *matrices, **names
        )
        if found is not None:
            yield found


def _file_name(name: Path) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "-", str(name.with_suffix("")))
