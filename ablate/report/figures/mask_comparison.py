"""Predicted masks of several rows on the same images: side by side, or of one image as the epochs went by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ablate.report.figures.drawing import Drawing
from ablate.report.figures.mask_rows import (
    MOST_IMAGES,
    Grid,
    Pixels,
    Row,
    caption,
    class_numbers,
    colors_of,
    legend_of,
    masks_alone,
    photograph,
    thinned,
)
from ablate.report.figures.masks import draw_grid
from ablate.spec.labels import Color
from ablate.spec.probe_record import (
    IMAGE_FILE,
    TRUTH_FILE,
    ProbeRecord,
    Stage,
    folder_of,
    picture_of,
    read_record,
)

#: So many epochs of one image fit beside each other.
MOST_EPOCHS = 4


@dataclass(frozen=True, slots=True)
class _Probes:
    """A row's label, its folder and what it holds."""

    label: str
    folder: Path
    record: ProbeRecord

    @property
    def meaning(self) -> tuple[tuple[str, ...], tuple[Color, ...]]:
        """What its masks can say, and in which colours."""
        return self.record.classes, self.record.palette

    def truth(self, image: str) -> Pixels:
        """(h, w) uint8."""
        return class_numbers(self.folder / folder_of(image) / TRUTH_FILE, self.record)

    def mask(self, image: str, stage: Stage) -> Pixels:
        """(h, w) uint8."""
        return class_numbers(self.folder / folder_of(image) / picture_of(stage.epoch), self.record)

    def photograph(self, image: str) -> Pixels:
        """(h, w, 3) uint8."""
        return photograph(self.folder / folder_of(image) / IMAGE_FILE)


def compare_masks(
    rows: Sequence[tuple[str, Path]], epoch: int | None = None, *, photos: bool = True
) -> Drawing:
    """The images, their truth, and the masks of each label and folder ``probes``, after ``epoch`` or the last one.

    Without ``photos`` the images themselves are left out.

    Rows whose networks know other classes than those above them have the truth in these classes before them.

    Raises:
        ValueError: a folder does not hold such masks, or the rows have no image in common.
        OSError: a picture is missing or cannot be read.
    """
    grid = compared_masks(rows, epoch)
    return draw_grid(grid if photos else masks_alone(grid))


def follow_image(rows: Sequence[tuple[str, Path]], image: str, *, photos: bool = True) -> Drawing:
    """One image: the masks of each label and folder ``probes`` after its first, some middle and its last epoch.

    Without ``photos`` the image itself is left out.

    Raises:
        ValueError: a folder does not hold masks of this image.
        OSError: a picture is missing or cannot be read.
    """
    grid = followed_image(rows, image)
    return draw_grid(grid if photos else masks_alone(grid))


def shared_images(rows: Sequence[tuple[str, Path]]) -> tuple[str, ...]:
    """The images that every row has masks of, in the order of the first.

    Raises:
        ValueError: a folder does not hold masks, or there is no row.
    """
    return _shared(_read(rows))


def compared_masks(rows: Sequence[tuple[str, Path]], epoch: int | None = None) -> Grid:
    """What :func:`compare_masks` draws."""
    found = _read(rows)
    every = _shared(found)
    if not every:
        raise ValueError("the rows have no image in common")
    images = thinned(every, MOST_IMAGES)
    seen = _Seen(found)
    shown = [Row("image", tuple(found[0].photograph(name) for name in images), len(images))]
    for number, probes in enumerate(found):
        stage = _stage(probes, epoch)
        if number == 0 or probes.meaning != found[number - 1].meaning:
            truth = [probes.truth(name) for name in images]
            shown.append(Row(seen.truth_name(probes), seen.colored(probes, truth)))
        masks = [probes.mask(name, stage) for name in images]
        shown.append(Row(f"{_line(probes.label)}\n{caption(stage)}", seen.colored(probes, masks)))
    note = f"{len(images)} of {len(every)} images" if len(images) < len(every) else ""
    return Grid(images, tuple(shown), seen.legend(), note)


def followed_image(rows: Sequence[tuple[str, Path]], image: str) -> Grid:
    """What :func:`follow_image` draws."""
    found = _read(rows)
    for probes in found:
        if image not in probes.record.images:
            raise ValueError(f"{probes.folder} has no masks of {image!r}")
    seen = _Seen(found)
    kinds = {probes.meaning: probes for probes in found}.values()
    truths = [seen.colored(probes, [probes.truth(image)])[0] for probes in kinds]
    names = ("image", *(seen.truth_name(probes) for probes in kinds))
    shown = [Row(_line(image), (found[0].photograph(image), *truths), 1)]
    for probes in found:
        stages = thinned(probes.record.stages, MOST_EPOCHS)
        masks = seen.colored(probes, [probes.mask(image, stage) for stage in stages])
        above = tuple(caption(stage).replace("\n", ", ") for stage in stages)
        shown.append(Row(_line(probes.label), masks, names=above))
    return Grid(names, tuple(shown), seen.legend())


class _Seen:
    """Which masks were shown, and therefore which colours occur."""

    def __init__(self, found: Sequence[_Probes]) -> None:
        self._several = len({probes.meaning for probes in found}) > 1
        self._masks: list[tuple[_Probes, Pixels]] = []

    def truth_name(self, probes: _Probes) -> str:
        """The truth, and in which classes if the rows differ in them."""
        return f"ground truth{self._classes(probes)}"

    def colored(self, probes: _Probes, masks: Iterable[Pixels]) -> tuple[Pixels, ...]:
        """(h, w, 3) uint8 of each."""
        known = list(masks)
        self._masks += [(probes, mask) for mask in known]
        return tuple(colors_of(probes.record)[mask] for mask in known)

    def legend(self) -> tuple[tuple[str, Color], ...]:
        """Names and colours of what occurs; of each set of classes if the rows differ in them, unknown truth last."""
        entries = dict.fromkeys(self._entries())
        void = [entry for entry in entries if entry[0] == "void"]
        return (*(entry for entry in entries if entry not in void), *void)

    def _entries(self) -> Iterator[tuple[str, Color]]:
        for meaning in dict.fromkeys(probes.meaning for probes, _ in self._masks):
            own = [(probes, mask) for probes, mask in self._masks if probes.meaning == meaning]
            probes = own[0][0]
            for name, color in legend_of(probes.record, [mask for _, mask in own]):
                known = name in probes.record.classes
                yield f"{name}{self._classes(probes)}" if known else name, color

    def _classes(self, probes: _Probes) -> str:
        return f" ({len(probes.record.classes)} classes)" if self._several else ""


def _read(rows: Sequence[tuple[str, Path]]) -> list[_Probes]:
    if not rows:
        raise ValueError("there is no row to compare")
    found = []
    for label, folder in rows:
        record = read_record(folder)
        if record is None or not record.images or not record.stages:
            raise ValueError(f"{folder} has no pictures of a stage")
        found.append(_Probes(label, folder, record))
    return found


def _shared(found: Sequence[_Probes]) -> tuple[str, ...]:
    first, *others = (probes.record.images for probes in found)
    return tuple(name for name in first if all(name in other for other in others))


def _stage(probes: _Probes, epoch: int | None) -> Stage:
    stages = [stage for stage in probes.record.stages if epoch in (None, stage.epoch)]
    if not stages:
        raise ValueError(f"{probes.folder} has nothing of epoch {epoch}")
    return stages[-1]


def _line(label: str) -> str:
    return " ".join(label.split())
