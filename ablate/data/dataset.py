"""The base of every data set for image classification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import field_validator

from ablate.spec.options import invalid
from ablate.spec.sections import AugmentOptions, DataOptions

if TYPE_CHECKING:
    from ablate.data.place import DataPlace, Progress
    from ablate.data.source import Source


class ImageClassification(DataOptions):
    """Labelled images: subclasses say where they are found and what they hold."""

    #: Where the data comes from, for people.
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
