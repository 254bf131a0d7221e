"""The whole augmentation of a study, from uint8 pixels to images in 0..1."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Generator, Tensor, contiguous_format, float32

from ablate.data.augment.concatenate import Concatenate
from ablate.data.augment.step import build_step, mask_problems
from ablate.data.transforms.step import Composed
from ablate.errors import DataError
from ablate.spec.sections import AugmentOptions


class Pipeline:
    """The steps of ``data.augment``, of which the first may be ``concatenate``.

    ``passes`` is how often an epoch goes over the images: once for each policy.

    Raises:
        DataError: a step does not build what it says it does.
    """

    def __init__(self, augment: Sequence[AugmentOptions]) -> None:
        first = augment[0] if augment and isinstance(augment[0], Concatenate) else None
        rest = augment[1:] if first else augment
        self.passes = len(first.policies) if first else 1
        self._policies = first.build() if first else None
        self._rest = Composed([build_step(step) for step in rest])
        self._mask_problems = [message for step in augment for message in mask_problems(step)]

    def __call__(self, pixels: Tensor, generator: Generator, which: Tensor) -> Tensor:
        """Images (N, C, H, W) float32 in 0..1 from ``pixels`` (N, C, H, W) uint8.

        ``which`` (N,) int64 is the pass, and with it the policy, that each image is in.
        """
        images = _floats(pixels)
        if self._policies:
            images = self._policies.apply(images, generator, which)
        return self._rest(images, generator)

    def with_masks(
        self, pixels: Tensor, masks: Tensor, generator: Generator, which: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The same images, and their ``masks`` (N, H, W) uint8 moved as they are.

        Raises:
            DataError: a step cannot be used on masks.
        """
        if self._mask_problems:
            raise DataError(f"data.augment: {self._mask_problems[0]}")
        images = _floats(pixels)
        if self._policies:
            images, masks = self._policies.apply_with_masks(images, masks, generator, which)
        return self._rest.with_masks(images, masks, generator)


def _floats(pixels: Tensor) -> Tensor:
    return pixels.to(float32, memory_format=contiguous_format).div_(255)  # planes are fastest
