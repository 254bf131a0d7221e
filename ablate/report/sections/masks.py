"""Predicted masks of an ablation's rows, on the same images."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ablate.plan.types import AblationPlan
from ablate.report.document import Block, Frame, Picture, Section, Slider
from ablate.report.figures import compare_masks, follow_image, shared_images
from ablate.report.sections.material import Material, undrawn
from ablate.spec.probe_record import read_record

#: Label and folder ``probes`` of a row's first seed that kept masks.
Rows = list[tuple[str, Path]]

#: Images that are followed over the epochs.
MOST_IMAGES = 4


def mask_section(material: Material, ablation: AblationPlan, name: str) -> Section | None:
    """Rows beside each other, to be moved through the epochs, and each image while the networks learned."""
    rows = _rows(material, ablation)
    if not rows:
        return None
    blocks: list[Block] = []
    with undrawn(f"the masks of {ablation.name}"):
        blocks += _compared(rows, ablation, name, material.photos)
    with undrawn(f"the images of {ablation.name}"):
        blocks += _followed(rows, name, material.photos)
    return Section(f"Predicted masks: {ablation.name}", tuple(blocks)) if blocks else None


def _rows(material: Material, ablation: AblationPlan) -> Rows:
    found = {}
    for row in material.analysis(ablation).rows:
        folder = material.folder(row.results, "probes")
        if folder is not None and _epochs(folder):
            found[row.label] = folder
    return list(found.items())


def _epochs(folder: Path) -> tuple[int, ...]:
    record = read_record(folder)
    if record is None or not record.images:
        return ()
    return tuple(stage.epoch for stage in record.stages)


def _compared(rows: Rows, ablation: AblationPlan, name: str, photos: bool) -> Iterator[Block]:
    """A slider over the epochs that all rows kept; the last of each row where they have but one in common."""
    shared = sorted(set.intersection(*(set(_epochs(folder)) for _, folder in rows)))
    images = "the images, their" if photos else "the"
    caption = f"{ablation.name}: {images} true masks, and what each row predicts"
    if len(shared) < 2:
        drawing = compare_masks(rows, photos=photos)
        yield Picture(f"{name}-masks", f"{caption} in the end", drawing.png(), alt=caption)
        return
    frames = tuple(
        Frame(f"epoch {epoch}", compare_masks(rows, epoch, photos=photos).png()) for epoch in shared
    )
    yield Slider(f"{name}-masks", caption, frames)


def _followed(rows: Rows, name: str, photos: bool) -> Iterator[Block]:
    for number, image in enumerate(shared_images(rows)[:MOST_IMAGES], start=1):
        caption = f"Image {image}: the masks of each row while it learned"
        drawing = follow_image(rows, image, photos=photos)
        yield Picture(f"{name}-image-{number}", caption, drawing.png(), alt=caption)
