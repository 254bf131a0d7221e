"""The images that are predicted: found, named, read as training reads them.

Shapes: (h, w, C) uint8 as stored, (H, W, C) uint8 at the network's size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ablate.data.decode import DAMAGE, header, orientation, original, reason, resized
from ablate.data.listing import images_in
from ablate.data.source import Pixels
from ablate.errors import UsageError
from ablate.spec.values import ImageShape

_THREADS = 4


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image file; ``name`` is what its results are called: its path below the folder that was named."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class ReadImage:
    """A decoded image: ``pixels`` as stored, ``resized`` at the network's size."""

    file: ImageFile
    pixels: Pixels
    resized: Pixels


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An image that cannot be used, and why."""

    file: ImageFile
    reason: str


def find_images(places: Sequence[Path]) -> tuple[ImageFile, ...]:
    """The files of ``places``, and all images of the folders among them and below, by name; each once.

    Raises:
        UsageError: a place does not exist, or a folder holds no image.
    """
    found: dict[Path, ImageFile] = {}
    for place in places:
        if not place.exists():
            raise UsageError(f"{place} does not exist. Name image files, or folders of them")
        for file in _images_of(place):
            found.setdefault(file.path, file)
    return tuple(found.values())


def _images_of(place: Path) -> list[ImageFile]:
    if not place.is_dir():
        return [ImageFile(place, place.name)]
    paths = [Path(entry.path) for entry in images_in(place, below=True)]
    if not paths:
        raise UsageError(f"{place} holds no image files (such as .png or .jpg)")
    return [ImageFile(path, path.relative_to(place).as_posix()) for path in paths]


def read_images(
    files: Sequence[ImageFile], shape: ImageShape, *, upright: bool
) -> Iterator[ReadImage | Unreadable]:
    """Every image in its turn; with ``upright`` those that viewers turn cannot be used."""
    with ThreadPoolExecutor(_THREADS) as pool:  # Pillow decodes without the GIL
        yield from pool.map(partial(_read, shape=shape, upright=upright), files)


def _read(file: ImageFile, shape: ImageShape, *, upright: bool) -> ReadImage | Unreadable:
    try:
        content = file.path.read_bytes()
        header(content)
        turned = orientation(content) if upright else 1
        if turned != 1:
            return Unreadable(
                file,
                f"viewers turn it (EXIF orientation {turned}), and training refuses such images. Store it upright, "
                "for example with 'mogrify -auto-orient'",
            )
        pixels = original(content, shape.channels)
        return ReadImage(file, pixels, resized(pixels, shape))
    except DAMAGE as error:
        return Unreadable(file, reason(error))
