"""Handwritten digits that come with scikit-learn: real images without a download."""

from __future__ import annotations

import gzip
import importlib.util
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ablate.data.dataset import ImageClassification
from ablate.data.source import ArchiveSource, Record, pixel_records
from ablate.errors import DataError

if TYPE_CHECKING:
    from ablate.data.place import DataPlace, Progress

_FILE = "datasets/data/digits.csv.gz"


class Digits(ImageClassification):
    """1,797 grey images of handwritten digits, 8 x 8, 10 classes of 174 to 183 images.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
    Repository (1998), https://doi.org/10.24432/C50P49: its test set, as packaged by scikit-learn (``load_digits``).
    Licence: CC BY 4.0. There is no official split: ``val`` is carved out, and there is no ``test``. The values
    0 to 16 become 0 to 255.
    """

    def source(self, place: DataPlace, progress: Progress | None = None) -> ArchiveSource:
        """The file inside scikit-learn, which is found without the seconds that its import takes."""
        file = _packaged()
        names = tuple(str(digit) for digit in range(10))
        return ArchiveSource(names, (file,), "digits 1", lambda: _read(file))


def _packaged() -> Path:
    spec = importlib.util.find_spec("sklearn")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (file := Path(folder) / _FILE).is_file():
            return file
    raise DataError(
        f"data set 'digits': scikit-learn's file {_FILE} was not found. Run: pip install scikit-learn"
    )


def _read(file: Path) -> Sequence[Record]:
    try:
        with gzip.open(file, "rt") as stream:
            table = np.loadtxt(stream, delimiter=",")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DataError(f"{file} is damaged: {error}. Install scikit-learn again") from error
    images = np.rint(table[:, :-1] * (255 / 16)).astype(np.uint8).reshape(-1, 8, 8)
    return pixel_records("train", images, table[:, -1].astype(np.int64))
