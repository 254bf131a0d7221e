"""Images and masks that text files list by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ablate.data.mask_source import ImagePair
from ablate.data.source import SplitName
from ablate.data.writing import first_lines
from ablate.errors import DataError


def listed_pairs(
    data_set: str, lists: Mapping[SplitName, Path], images: Path, masks: Path
) -> tuple[ImagePair, ...]:
    """``images/NAME.jpg`` and ``masks/NAME.png`` for every NAME that begins a line of a split's list.

    Lines that begin with ``#`` are left out.

    Raises:
        DataError: a list cannot be read, or files are missing; the text names the first of them.
    """
    pairs: list[ImagePair] = []
    missing: list[str] = []
    for split, path in lists.items():
        for name in _names(data_set, path):
            image, mask = images / f"{name}.jpg", masks / f"{name}.png"
            try:
                one, other = image.stat(), mask.stat()
            except OSError as error:
                missing.append(str(error.filename))
                continue
            stamps = (one.st_size, one.st_mtime_ns, other.st_size, other.st_mtime_ns)
            pairs.append(ImagePair(split, name, str(image), str(mask), stamps))
    if missing:
        rule = f"{len(missing)} images or masks that {lists['train'].parent} lists are not there"
        advice = "Get the data set again, or repair the lists"
        raise DataError(f"data set '{data_set}': {rule}:{first_lines(missing)}\n  {advice}")
    return tuple(pairs)


def _names(data_set: str, path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"data set '{data_set}': cannot read {path}: {error}") from error
    words = [line.split() for line in lines]
    return [found[0] for found in words if found and not found[0].startswith("#")]
