"""What networks see in the images, in two dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ablate.plan.types import AblationPlan
from ablate.report.document import Picture, Section
from ablate.report.figures import Drawing, compare_rows, draw_panels, read_panels
from ablate.report.sections.material import Material, undrawn
from ablate.report.sections.results import drawn

#: More rows than this do not stand side by side.
MOST_ROWS = 6
_TITLES = {"pca": "principal components", "tsne": "t-SNE"}


def representation_section(material: Material, ablation: AblationPlan, name: str) -> Section | None:
    """Each projection: the rows side by side in the end, then each row while it learned."""
    rows = [
        (row.label, folder)
        for row in material.analysis(ablation).rows
        if (folder := material.folder(row.results, "representations")) is not None
    ]
    pictures = [*_side_by_side(rows[:MOST_ROWS], name), *_over_time(rows, name)]
    title = f"Representations: {ablation.name}"
    return Section(title, tuple(pictures)) if pictures else None


def _side_by_side(rows: list[tuple[str, Path]], name: str) -> Iterator[Picture]:
    methods = _methods(rows[0][1]) if len(rows) > 1 else ()
    for method in methods:
        caption = f"Features in the end, {_TITLES.get(method, method)}"
        found = drawn(f"{name}-{method}", caption, _compared, rows, method)
        if found is not None:
            yield found


def _compared(rows: list[tuple[str, Path]], method: str) -> Drawing:
    return draw_panels(compare_rows(rows, method))


def _over_time(rows: list[tuple[str, Path]], name: str) -> Iterator[Picture]:
    for number, (label, folder) in enumerate(rows, start=1):
        for method in _methods(folder):
            caption = f"{label}: features while it learned, {_TITLES.get(method, method)}"
            panels = read_panels(folder)[method]
            found = drawn(f"{name}-{method}-{number}", caption, draw_panels, panels)
            if found is not None:
                yield found


def _methods(folder: Path) -> tuple[str, ...]:
    with undrawn(str(folder)):
        return tuple(read_panels(folder))
    return ()
