"""Random rotation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ablate.data.augment.step import Augmentation

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


class RandomRotation(Augmentation):
    """Rotates about the centre, keeps the size and fills with black."""

    degrees: float = Field(15.0, gt=0.0, le=180.0)
    """The angle is drawn between minus and plus this."""
    interpolation: Literal["nearest", "bilinear"] = "bilinear"
    """How values between pixels are found."""

    def build(self) -> Transform:
        """See :func:`ablate.data.transforms.geometry.random_rotation`."""
        from ablate.data.transforms.geometry import random_rotation

        return partial(random_rotation, degrees=self.degrees, interpolation=self.interpolation)
