"""The base of every augmentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from ablate.spec.options import invalid
from ablate.spec.sections import AugmentOptions
from ablate.spec.values import ImageShape

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


def _ordered(value: tuple[float, float]) -> tuple[float, float]:
    if not 0 < value[0] <= value[1]:
        raise invalid(f"must be two numbers above 0, the smaller first, not {list(value)}")
    return value


#: The least and the greatest of a positive number that is drawn at random.
Interval = Annotated[tuple[float, float], AfterValidator(_ordered)]


def _within_one(value: tuple[float, float]) -> tuple[float, float]:
    if value[1] > 1:
        raise invalid(f"must be shares of the image's area, at most 1, not {list(value)}")
    return value


#: An interval of shares of the image's area.
Shares = Annotated[Interval, AfterValidator(_within_one)]


class Augmentation(AugmentOptions):
    """A step of ``data.augment`` that can say which images it does not suit.

    Fields that have no useful default name an example (``Field(examples=[...])``), which documentation and the
    contract tests of :mod:`ablate.testing.augment_cases` use.
    """

    def build(self) -> Transform:
        """The step as a callable ``(images, generator) -> images``; see :class:`AugmentOptions`."""
        raise NotImplementedError

    def problems(self, shape: ImageShape) -> list[str]:
        """Why the step cannot be used on images of ``shape``; empty if it can."""
        return []
