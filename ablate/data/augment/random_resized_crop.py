"""Random resized crop."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ablate.data.augment.step import Augmentation, Interval, Shares

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


class RandomResizedCrop(Augmentation):
    """Stretches a random part to the image's size (Szegedy et al. 2014, https://arxiv.org/abs/1409.4842)."""

    moves_pixels: ClassVar[bool | None] = True

    scale: Shares = (0.08, 1.0)
    """Least and greatest share of the image's area."""
    ratio: Interval = (3 / 4, 4 / 3)
    """Least and greatest width / height of the part."""

    def build(self) -> Transform:
        """See :class:`ablate.data.transforms.geometry.ResizedCrop`."""
        from ablate.data.transforms.geometry import ResizedCrop

        return ResizedCrop(self.scale, self.ratio)
