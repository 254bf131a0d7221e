"""What a transform is, with and without segmentation masks, and drawing its parameters.

Shapes: N images, C channels, H height, W width. Images are (N, C, H, W) float32 in 0..1, masks (N, H, W) uint8: the
class of each pixel, or :data:`~ablate.data.prepared.VOID`. Parameters are drawn on the CPU, so that a run on another
device draws the same ones, and then moved to the images.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, runtime_checkable

import torch
from torch import Generator, Tensor

#: A change of a batch that leaves its input as it is; only crops change the height and width.
Transform = Callable[[Tensor, Generator], Tensor]


@runtime_checkable
class Geometric(Protocol):
    """A transform that moves pixels, and those of masks alike."""

    def __call__(self, images: Tensor, generator: Generator, /) -> Tensor:
        """The images, moved."""
        ...

    def with_masks(
        self, images: Tensor, masks: Tensor, generator: Generator, /
    ) -> tuple[Tensor, Tensor]:
        """Images and masks, moved by the same parameters: those that images alone would get.

        Masks take the nearest pixel; what comes in from outside is void.
        """
        ...


Drawn = TypeVar("Drawn")


class Move(ABC, Generic[Drawn]):
    """A :class:`Geometric` transform in three parts: what is drawn, and what that does to images and to masks."""

    @abstractmethod
    def draw(self, images: Tensor, generator: Generator) -> Drawn:
        """Parameters for each of the images, of which only shape, type and device count."""

    @abstractmethod
    def move(self, images: Tensor, drawn: Drawn) -> Tensor:
        """The images by these parameters."""

    @abstractmethod
    def move_masks(self, masks: Tensor, drawn: Drawn) -> Tensor:
        """Masks, here (N, 1, H, W), by these parameters."""

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """See :class:`Geometric`."""
        return self.move(images, self.draw(images, generator))

    def with_masks(
        self, images: Tensor, masks: Tensor, generator: Generator
    ) -> tuple[Tensor, Tensor]:
        """See :class:`Geometric`."""
        drawn = self.draw(images, generator)
        return self.move(images, drawn), self.move_masks(masks.unsqueeze(1), drawn).squeeze(1)


def apply_with_masks(
    step: Transform, images: Tensor, masks: Tensor, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Images and masks after a step; one that is not :class:`Geometric` leaves masks as they are."""
    if isinstance(step, Geometric):
        return step.with_masks(images, masks, generator)
    return step(images, generator), masks


@dataclass(frozen=True)
class Composed:
    """The steps one after the other."""

    steps: Sequence[Transform]

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """See :class:`Geometric`."""
        for step in self.steps:
            images = step(images, generator)
        return images

    def with_masks(
        self, images: Tensor, masks: Tensor, generator: Generator
    ) -> tuple[Tensor, Tensor]:
        """See :class:`Geometric`."""
        for step in self.steps:
            images, masks = apply_with_masks(step, images, masks, generator)
        return images, masks


def uniform(images: Tensor, generator: Generator, low: float, high: float) -> Tensor:
    """(N, 1, 1, 1): one number in [low, high) for each image, on its device."""
    numbers = torch.rand(len(images), 1, 1, 1, generator=generator)
    return (numbers * (high - low) + low).to(images.device)


def chance(images: Tensor, generator: Generator, p: float) -> Tensor:
    """(N, 1, 1, 1) bool: true for each image with probability ``p``."""
    return (torch.rand(len(images), 1, 1, 1, generator=generator) < p).to(images.device)
