"""Random horizontal flip."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ablate.data.augment.step import Augmentation
from ablate.spec.sections import Probability

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


class RandomHorizontalFlip(Augmentation):
    """Swaps left and right."""

    moves_pixels: ClassVar[bool | None] = True

    p: Probability = 0.5
    """Probability that an image is flipped."""

    def build(self) -> Transform:
        """See :class:`ablate.data.transforms.crop.Flip`."""
        from ablate.data.transforms.crop import Flip

        return Flip(self.p, dim=-1)
