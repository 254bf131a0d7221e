"""The base of every augmentation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator

from ablate.errors import DataError
from ablate.spec.options import invalid
from ablate.spec.plugins import StandIn
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

    moves_pixels: ClassVar[bool | None] = None
    """Whether pixels change their places.

    ``True``: they do, and what :meth:`build` returns is :class:`ablate.data.transforms.step.Geometric`, so that it
    moves masks alike. ``False``: only colours change. ``None``: not known, and so refused for segmentation.
    """

    def build(self) -> Transform:
        """The step as a callable ``(images, generator) -> images``; see :class:`AugmentOptions`."""
        raise NotImplementedError

    def problems(self, shape: ImageShape) -> list[str]:
        """Why the step cannot be used on images of ``shape``; empty if it can."""
        return []

    def output_shape(self, shape: ImageShape) -> ImageShape:
        """The shape that images of ``shape`` have after the step."""
        return shape

    def mask_problems(self) -> list[str]:
        """Why the step cannot be used on images with segmentation masks; empty if it can."""
        return _undeclared(self)


def problems(steps: Iterable[AugmentOptions], shape: ImageShape) -> list[str]:
    """Why steps cannot be used one after the other on images of ``shape``; empty if they can."""
    found: list[str] = []
    for step in steps:
        if isinstance(step, Augmentation):
            found += step.problems(shape)
        shape = output_shape((step,), shape)
    return found


def output_shape(steps: Iterable[AugmentOptions], shape: ImageShape) -> ImageShape:
    """The shape that images of ``shape`` have after all steps."""
    for step in steps:
        shape = step.output_shape(shape) if isinstance(step, Augmentation) else shape
    return shape


def mask_problems(step: AugmentOptions) -> list[str]:
    """Why a step cannot be used on images with segmentation masks; empty if it can.

    What a plugin's step can do is known only where its code may run, so that one that stands in for it has none.
    """
    if isinstance(step, StandIn):
        return []
    return step.mask_problems() if isinstance(step, Augmentation) else _undeclared(step)


def build_step(step: AugmentOptions) -> Transform:
    """What a step builds.

    Raises:
        DataError: the step moves pixels and what it builds could not move masks.
    """
    from ablate.data.transforms.step import Geometric

    built: Transform = step.build()
    if getattr(step, "moves_pixels", None) and not isinstance(built, Geometric):
        raise DataError(
            f"augmentation '{label(step)}' has moves_pixels = True, but what it builds has no with_masks. "
            "Give it with_masks(images, masks, generator), which returns both"
        )
    return built


def _undeclared(step: AugmentOptions) -> list[str]:
    if getattr(step, "moves_pixels", None) is not None:
        return []
    return [
        f"{label(step)} does not say whether it moves pixels, and masks would have to move with them. "
        "Write moves_pixels: ClassVar[bool] = False in its class if it changes colours only, and True if what it "
        "builds has with_masks(images, masks, generator)"
    ]


def label(step: AugmentOptions) -> str:
    """What messages call a step: its name in the study file."""
    return step.name or type(step).__name__
