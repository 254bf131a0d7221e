"""RandAugment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ablate.data.augment.torchvision_policy import TorchvisionPolicy

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


class RandAugment(TorchvisionPolicy):
    """Random operations of one strength, through torchvision (Cubuk et al. 2019, https://arxiv.org/abs/1909.13719)."""

    num_ops: int = Field(2, ge=1)
    """Operations an image."""
    magnitude: int = Field(9, ge=0, le=30)
    """Their strength, 0 to 30."""

    def build(self) -> Transform:
        """See :class:`ablate.data.transforms.policy.PerImage`."""
        from torchvision.transforms import v2

        from ablate.data.transforms.policy import PerImage

        return PerImage(v2.RandAugment(self.num_ops, self.magnitude))
