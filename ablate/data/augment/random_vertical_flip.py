"""Random vertical flip."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ablate.data.augment.step import Augmentation
from ablate.spec.sections import Probability

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


class RandomVerticalFlip(Augmentation):
    """Swaps top and bottom."""

    p: Probability = 0.5
    """Probability that an image is flipped."""

    def build(self) -> Transform:
        """See :func:`ablate.data.transforms.crop.random_flip`."""
        from ablate.data.transforms.crop import random_flip

        return partial(random_flip, p=self.p, dim=-2)
