"""Random scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import field_validator

from ablate.data.augment.step import Augmentation, Interval
from ablate.spec.options import invalid

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


class RandomScale(Augmentation):
    """Zooms in on a random part, or out to a random place on black, and keeps the image's size."""

    moves_pixels: ClassVar[bool | None] = True

    scale: Interval = (0.5, 2.0)
    """Least and greatest factor; objects become that many times wider and higher."""

    @field_validator("scale")
    @classmethod
    def _changes_something(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value == (1.0, 1.0):
            raise invalid("random_scale changes nothing", "Use factors other than 1")
        return value

    def build(self) -> Transform:
        """See :class:`ablate.data.transforms.zoom.Zoom`."""
        from ablate.data.transforms.zoom import Zoom

        return Zoom(self.scale)
