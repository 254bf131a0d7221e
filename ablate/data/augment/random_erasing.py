"""Random erasing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from ablate.data.augment.step import Augmentation, Interval, Shares
from ablate.spec.sections import Probability

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


class RandomErasing(Augmentation):
    """Covers a random box (Zhong et al. 2017, https://arxiv.org/abs/1708.04896).

    Masks stay as they are: the network must guess what is hidden.
    """

    moves_pixels: ClassVar[bool | None] = False

    p: Probability = 0.5
    """Probability that an image gets a box."""
    scale: Shares = (0.02, 0.33)
    """Least and greatest share of the image's area."""
    ratio: Interval = (0.3, 3.3)
    """Least and greatest height / width of the box."""
    value: Probability | Literal["random"] = 0.0
    """What covers it, before normalisation: 0 is black, 1 white, ``random`` noise."""

    def build(self) -> Transform:
        """See :func:`ablate.data.transforms.erasing.random_erasing`."""
        from ablate.data.transforms.erasing import random_erasing

        value = None if self.value == "random" else self.value
        return partial(random_erasing, p=self.p, scale=self.scale, ratio=self.ratio, value=value)
