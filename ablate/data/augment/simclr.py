"""The augmentation of SimCLR, as one word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ablate.data.augment.color_jitter import ColorJitter
from ablate.data.augment.random_grayscale import RandomGrayscale
from ablate.data.augment.random_horizontal_flip import RandomHorizontalFlip
from ablate.data.augment.random_resized_crop import RandomResizedCrop
from ablate.data.augment.step import Augmentation, Shares
from ablate.spec.sections import Probability
from ablate.spec.values import ImageShape

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


class SimClr(Augmentation):
    """Resized crop, flip, colour jitter, grey and blur (Chen et al. 2020, appendix A, https://arxiv.org/abs/2002.05709).

    As written out: ``random_resized_crop: {scale: [0.08, 1.0]}``, ``random_horizontal_flip``, ``color_jitter`` of
    brightness, contrast and saturation 0.8 and hue 0.2, all times ``strength``, with probability 0.8,
    ``random_grayscale: {p: 0.2}``, and ``gaussian_blur`` with a kernel of a tenth of the image's shorter side.
    """

    scale: Shares = (0.08, 1.0)
    """Least and greatest share of the image's area that a crop takes."""
    strength: float = Field(0.5, gt=0.0, le=1.0)
    """Of the colour jitter: 0.5 is the paper's for CIFAR-10, 1 that for ImageNet."""
    blur: Probability = 0.5
    """Probability that an image is blurred; the paper does without on CIFAR-10."""

    def build(self) -> Transform:
        """See :class:`ablate.data.transforms.step.Composed`."""
        from functools import partial

        from ablate.data.transforms.color import proportional_blur
        from ablate.data.transforms.step import Composed

        steps = [step.build() for step in self._steps()]
        if self.blur > 0:
            steps.append(partial(proportional_blur, share=0.1, sigma=(0.1, 2.0), p=self.blur))
        return Composed(steps)

    def problems(self, shape: ImageShape) -> list[str]:
        """It changes colours."""
        if shape.channels == 3:
            return []
        return [
            f"simclr needs RGB images, these have {shape.channels} channel. Write its steps out without those of "
            "colour, such as [random_resized_crop, random_horizontal_flip, {color_jitter: {brightness: 0.4, "
            "contrast: 0.4, p: 0.8}}, gaussian_blur]"
        ]

    def mask_problems(self) -> list[str]:
        """It is for learning without labels."""
        return [
            "simclr is not for masks. Write its steps out: each of them moves masks as it should"
        ]

    def _steps(self) -> tuple[Augmentation, ...]:
        strong, hue = 0.8 * self.strength, 0.2 * self.strength
        jitter = ColorJitter(brightness=strong, contrast=strong, saturation=strong, hue=hue, p=0.8)
        crop = RandomResizedCrop(scale=self.scale)
        return (crop, RandomHorizontalFlip(), jitter, RandomGrayscale(p=0.2))
