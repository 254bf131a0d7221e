"""Random rotation."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ablate.data.augment.step import Augmentation

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


class RandomRotation(Augmentation):
    """Rotates about the centre, keeps the size and fills with black."""

    moves_pixels: ClassVar[bool | None] = True

    degrees: float = Field(15.0, gt=0.0, le=180.0)
    """The angle is drawn between minus and plus this."""
    interpolation: Literal["nearest", "bilinear"] = "bilinear"
    """How values between pixels are found; in masks always ``nearest``."""

    def build(self) -> Transform:
        """See :class:`ablate.data.transforms.geometry.Rotation`."""
        from ablate.data.transforms.geometry import Rotation

        return Rotation(self.degrees, self.interpolation)
