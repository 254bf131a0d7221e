"""Gaussian blur."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, field_validator

from ablate.data.augment.step import Augmentation, Interval
from ablate.spec.options import invalid
from ablate.spec.sections import Probability
from ablate.spec.values import ImageShape

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


class GaussianBlur(Augmentation):
    """Blurs with a Gaussian whose width is drawn for each image."""

    moves_pixels: ClassVar[bool | None] = False

    kernel_size: int = Field(3, ge=3)
    """Pixels of the kernel's side; odd."""
    sigma: Interval = (0.1, 2.0)
    """Least and greatest standard deviation, in pixels."""
    p: Probability = 0.5
    """Probability that an image is blurred."""

    @field_validator("kernel_size")
    @classmethod
    def _is_odd(cls, value: int) -> int:
        if value % 2 == 0:
            raise invalid(
                f"kernel_size must be odd, not {value}", f"Use {value - 1} or {value + 1}"
            )
        return value

    def build(self) -> Transform:
        """See :func:`ablate.data.transforms.color.gaussian_blur`."""
        from ablate.data.transforms.color import gaussian_blur

        return partial(gaussian_blur, kernel_size=self.kernel_size, sigma=self.sigma, p=self.p)

    def problems(self, shape: ImageShape) -> list[str]:
        """Half the kernel must fit into the image, which is reflected at its border."""
        shorter = min(shape.height, shape.width)
        if self.kernel_size // 2 < shorter:
            return []
        return [
            f"gaussian_blur's kernel_size {self.kernel_size} is too large for images of "
            f"{shape.height} x {shape.width}. Use at most {2 * shorter - 1}"
        ]
