"""TrivialAugment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ablate.data.augment.torchvision_policy import TorchvisionPolicy

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


class TrivialAugment(TorchvisionPolicy):
    """One random operation of random strength, through torchvision's ``TrivialAugmentWide``.

    Müller and Hutter 2021, https://arxiv.org/abs/2103.10158.
    """

    def build(self) -> Transform:
        """See :class:`ablate.data.transforms.policy.PerImage`."""
        from torchvision.transforms import v2

        from ablate.data.transforms.policy import PerImage

        return PerImage(v2.TrivialAugmentWide())
