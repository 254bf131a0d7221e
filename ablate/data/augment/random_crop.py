"""Random crop with padding."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pydantic import Field

from ablate.data.augment.step import Augmentation

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


class RandomCrop(Augmentation):
    """Pads with black and crops back to the image's size, at a random place."""

    padding: int = Field(4, ge=1)
    """Pixels added to each side: the farthest that an image moves."""

    def build(self) -> Transform:
        """See :func:`ablate.data.transforms.crop.random_crop`."""
        from ablate.data.transforms.crop import random_crop

        return partial(random_crop, padding=self.padding)
