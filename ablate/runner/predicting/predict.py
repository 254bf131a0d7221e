"""From an exported folder and image files to predictions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ablate.errors import UsageError
from ablate.files import write_text
from ablate.runner.predicting.classes import Prediction, predictions, to_csv
from ablate.runner.predicting.images import (
    ImageFile,
    ReadImage,
    Unreadable,
    find_images,
    read_images,
)

if TYPE_CHECKING:
    from ablate.runner.predicting.network import Network

#: Masks are made at the images' own sizes, which are not known: few at a time.
_MOST_MASKS = 16
_MASKS_FOLDER = Path("predictions")

#: Called with how many images are done, and of how many.
Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Predicted:
    """What was predicted: ``csv`` of classes where no file was named, else where the results lie."""

    images: int
    skipped: tuple[Unreadable, ...]
    csv: str = ""
    out: Path | None = None


def predict(
    folder: Path,
    places: Sequence[Path],
    *,
    out: Path | None = None,
    top: int = 1,
    device: str | None = None,
    report: Report | None = None,
) -> Predicted:
    """Classes or masks of image files; those that cannot be read are skipped.

    Args:
        folder: what ``ablate export`` wrote.
        places: image files and folders of them.
        out: a CSV file for classes, a folder for masks (``predictions``).
        top: so many classes of each image.
        device: ``cpu`` or ``cuda:N``; a GPU, if there is one, without it.
        report: called after each batch.

    Raises:
        UsageError: a place does not exist, or the network predicts nothing.
        DataError: the folder is damaged.
    """
    from ablate.runner.predicting.network import Network

    files = find_images(places)
    network = Network(folder, device)
    task: str = network.info["task"]
    if task == "ssl":
        raise UsageError(
            f"{folder} holds an encoder, which gives representations and predicts nothing. Use its load.py, or train "
            "a classifier that starts from it"
        )
    if task == "segmentation":
        return _predict_masks(network, files, out or _MASKS_FOLDER, report)
    return _predict_classes(network, files, out, top, report)


def _predict_classes(
    network: Network,
    files: Sequence[ImageFile],
    out: Path | None,
    top: int,
    report: Report | None,
) -> Predicted:
    classes = network.info["classes"]
    if not 1 <= top <= len(classes):
        raise UsageError(f"--top {top}: the network tells {len(classes)} classes apart")
    found: list[Prediction] = []
    skipped: list[Unreadable] = []
    for images, unreadable in _batches(network, files, network.batch_size, report, upright=False):
        skipped += unreadable
        if images:
            logits = network([image.resized for image in images])
            found += predictions([str(image.file.path) for image in images], logits, classes, top)
    text = to_csv(found, top)
    if out is not None:
        write_text(out, text)
    return Predicted(len(found), tuple(skipped), "" if out else text, out)


def _predict_masks(
    network: Network, files: Sequence[ImageFile], out: Path, report: Report | None
) -> Predicted:
    from ablate.runner.predicting.masks import LEGEND_FILE, legend_csv, mask_names, write_masks

    names = mask_names(files)
    palette = [tuple(color) for color in network.info["palette"]]
    write_text(out / LEGEND_FILE, legend_csv(network.info))
    skipped: list[Unreadable] = []
    size = min(_MOST_MASKS, network.batch_size)
    for images, unreadable in _batches(network, files, size, report, upright=True):
        skipped += unreadable
        if images:
            logits = network([image.resized for image in images])
            write_masks(out, images, logits, [names[image.file] for image in images], palette)
    return Predicted(len(files) - len(skipped), tuple(skipped), out=out)


def _batches(
    network: Network,
    files: Sequence[ImageFile],
    size: int,
    report: Report | None,
    *,
    upright: bool,
) -> Iterator[tuple[list[ReadImage], list[Unreadable]]]:
    """Batches of images, each with the unreadable ones among them."""
    for start in range(0, len(files), size):
        part = files[start : start + size]
        read = list(read_images(part, network.shape, upright=upright))
        yield (
            [item for item in read if isinstance(item, ReadImage)],
            [item for item in read if isinstance(item, Unreadable)],
        )
        if report:
            report(min(start + size, len(files)), len(files))
