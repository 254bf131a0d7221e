"""What a model made of each image of a split, and the file that keeps it: what test-set noise is computed from.

Needs NumPy alone, both here and to read the file: ``numpy.load("per_image/test.npz")``.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

if TYPE_CHECKING:  # reading results must not wait for NumPy
    import numpy as np
    from numpy.typing import NDArray

#: What reading a damaged zip file may raise, beside ValueError.
_DAMAGE = (
    BadZipFile,
    zlib.error,
    struct.error,
    KeyError,
    EOFError,
    OSError,
    RuntimeError,
    TypeError,
)


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Confusion counts of each of N images, those that are not 0, in the order of the images.

    ``count[e]`` items of image ``image[e]`` (0 to N - 1, ascending) that are of class ``true[e]`` were predicted as
    class ``predicted[e]``; all (E,) integers. Items are pixels, or the image itself: then E is N and every count 1.
    """

    images: int
    image: NDArray[np.integer]
    true: NDArray[np.integer]
    predicted: NDArray[np.integer]
    count: NDArray[np.integer]

    @classmethod
    def of_images(cls, true: NDArray[np.integer], predicted: NDArray[np.integer]) -> Outcomes:
        """One true and one predicted class for each image, both (N,)."""
        import numpy as np

        number = len(true)
        ones = np.ones(number, np.uint8)
        return cls(number, np.arange(number), true, predicted, ones)

    @property
    def one_each(self) -> bool:
        """Whether every image is one item."""
        import numpy as np

        same = len(self.image) == self.images and bool((self.count == 1).all())
        return same and np.array_equal(self.image, np.arange(self.images))


@dataclass(frozen=True, slots=True, eq=False)
class SplitOutcomes:
    """Outcomes on a split, with what makes those of two trials comparable.

    ``fingerprint`` is a hash of the images in their order. ``true_classes`` names what ``true`` counts: the network's
    classes, but those of the data set for masks; ``predicted_classes`` the network's.
    """

    outcomes: Outcomes
    fingerprint: str
    true_classes: tuple[str, ...]
    predicted_classes: tuple[str, ...]

    def to_npz(self) -> bytes:
        """The content of ``per_image/SPLIT.npz``: integers of the smallest type that holds them, and texts.

        ``image`` and ``count`` are left out where each image is one item.
        """
        import numpy as np

        found = self.outcomes
        arrays: dict[str, Any] = {
            "images": np.int64(found.images),
            "fingerprint": np.str_(self.fingerprint),
            "true_classes": np.array(self.true_classes, np.str_),
            "predicted_classes": np.array(self.predicted_classes, np.str_),
            "true": _smallest(found.true),
            "predicted": _smallest(found.predicted),
        }
        if not found.one_each:
            arrays |= {"image": _smallest(found.image), "count": _smallest(found.count)}
        stream = io.BytesIO()
        np.savez_compressed(stream, allow_pickle=False, **arrays)
        return stream.getvalue()

    @classmethod
    def from_npz(cls, content: bytes) -> SplitOutcomes:
        """The inverse of :meth:`to_npz`.

        Raises:
            ValueError: the content is damaged, or is something else.
        """
        import numpy as np

        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                found = {name: arrays[name] for name in arrays}
            return cls(
                outcomes=_outcomes(found),
                fingerprint=str(found["fingerprint"]),
                true_classes=tuple(found["true_classes"].tolist()),
                predicted_classes=tuple(found["predicted_classes"].tolist()),
            )
        except _DAMAGE as error:
            raise ValueError(f"not the outcomes of images: {error}") from error


#: Run id and split to what is recorded of each image; ``None`` where nothing is.
Lookup = Callable[[str, str], SplitOutcomes | None]


def nothing_kept(run_id: str, split: str) -> SplitOutcomes | None:
    """The :data:`Lookup` of records without any."""
    return None


def _outcomes(found: Mapping[str, NDArray[Any]]) -> Outcomes:
    true, predicted, images = found["true"], found["predicted"], int(found["images"])
    if "image" not in found:
        made = Outcomes.of_images(true, predicted)
    else:
        made = Outcomes(images, found["image"], true, predicted, found["count"])
    _check(made, images, found)
    return made


def _check(made: Outcomes, images: int, found: Mapping[str, NDArray[Any]]) -> None:
    """Whether the arrays belong together.

    Raises:
        ValueError: they do not.
    """
    limits = {
        "image": images,
        "true": len(found["true_classes"]),
        "predicted": len(found["predicted_classes"]),
    }
    shape = (len(made.true),)
    for name, limit in limits.items():
        array = getattr(made, name)
        if array.dtype.kind not in "iu" or array.shape != shape or made.count.shape != shape:
            raise ValueError("not the outcomes of images: arrays of other shapes")
        if array.size and not 0 <= int(array.min()) <= int(array.max()) < limit:
            raise ValueError(f"not the outcomes of images: {name} outside 0 to {limit - 1}")
    if made.images != images:
        raise ValueError(f"not the outcomes of images: {made.images} of {images}")


def _smallest(array: NDArray[np.integer]) -> NDArray[np.integer]:
    import numpy as np

    most = int(array.max()) if array.size else 0
    return array.astype(np.min_scalar_type(most))
