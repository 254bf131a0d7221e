"""Random loss of colour."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from ablate.data.augment.step import Augmentation
from ablate.spec.sections import Probability
from ablate.spec.values import ImageShape

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


class RandomGrayscale(Augmentation):
    """Takes the colour from some images; they keep their three channels."""

    moves_pixels: ClassVar[bool | None] = False

    p: Probability = 0.1
    """Probability that an image becomes grey."""

    def build(self) -> Transform:
        """See :func:`ablate.data.transforms.color.random_grayscale`."""
        from ablate.data.transforms.color import random_grayscale

        return partial(random_grayscale, p=self.p)

    def problems(self, shape: ImageShape) -> list[str]:
        """Grey images have no colour to lose."""
        if shape.channels == 3:
            return []
        return [
            f"random_grayscale needs RGB images, these have {shape.channels} channel. Remove it"
        ]
