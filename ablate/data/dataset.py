"""The bases of every data set."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import field_validator

from ablate.spec.options import invalid
from ablate.spec.sections import AugmentOptions, DataOptions

if TYPE_CHECKING:
    from ablate.data.mask_source import MaskedSource
    from ablate.data.place import DataPlace, Progress
    from ablate.data.source import Source


class ImageData(DataOptions):
    """Images with something to learn about them."""

    @field_validator("augment")
    @classmethod
    def _concatenate_stands_first(
        cls, value: tuple[AugmentOptions, ...]
    ) -> tuple[AugmentOptions, ...]:
        from ablate.data.augment.concatenate import Concatenate

        for position, step in enumerate(value):
            if position > 0 and isinstance(step, Concatenate):
                raise invalid(
                    f"'concatenate' must be the first step, not number {position + 1}",
                    "Put the steps before it into each of its policies",
                )
        return value

    def source(self, place: DataPlace, progress: Progress | None = None) -> Source:
        """Find the data, downloading it where that is possible and allowed; images are not read yet.

        Raises:
            ablate.errors.DataError: it is not there, or is not laid out as it must be.
        """
        raise NotImplementedError


class ImageClassification(ImageData):
    """Labelled images: subclasses say where they are found and what they hold."""


class SemanticSegmentation(ImageData):
    """Images with masks that hold the class of every pixel: subclasses say where they are found and how they are read.

    A ``val`` split that is carved out, and the part that ``train_size`` keeps, are then chosen at random.
    """

    tasks: ClassVar[tuple[str, ...]] = ("segmentation",)

    def source(self, place: DataPlace, progress: Progress | None = None) -> MaskedSource:
        """See :meth:`ImageData.source`."""
        raise NotImplementedError
