"""Cutout."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from ablate.data.augment.step import Augmentation
from ablate.spec.values import ImageShape

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


class Cutout(Augmentation):
    """Blackens squares (DeVries and Taylor 2017, https://arxiv.org/abs/1708.04552).

    A centre may be anywhere in the image, so that squares at its border are cut off. Masks stay as they are:
    the network must guess what is hidden.
    """

    moves_pixels: ClassVar[bool | None] = False

    size: int = Field(ge=1, examples=[4])
    """Side of a square, in pixels."""
    holes: int = Field(1, ge=1)
    """Squares an image."""

    def build(self) -> Transform:
        """See :func:`ablate.data.transforms.erasing.cutout`."""
        from ablate.data.transforms.erasing import cutout

        return partial(cutout, size=self.size, holes=self.holes)

    def problems(self, shape: ImageShape) -> list[str]:
        """A square must be smaller than the image."""
        shorter = min(shape.height, shape.width)
        if self.size < shorter:
            return []
        return [
            f"cutout's size {self.size} must be smaller than the images, which are "
            f"{shape.height} x {shape.width}. Use at most {shorter - 1}"
        ]
