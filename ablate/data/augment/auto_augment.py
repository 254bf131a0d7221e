"""AutoAugment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ablate.data.augment.torchvision_policy import TorchvisionPolicy

if TYPE_CHECKING:
    from ablate.data.transforms.step import Transform


class AutoAugment(TorchvisionPolicy):
    """A learned policy, through torchvision (Cubuk et al. 2018, https://arxiv.org/abs/1805.09501)."""

    policy: Literal["imagenet", "cifar10", "svhn"] = "imagenet"
    """The data set that the policy was learned on."""

    def build(self) -> Transform:
        """See :class:`ablate.data.transforms.policy.PerImage`."""
        from torchvision.transforms import AutoAugmentPolicy, v2

        from ablate.data.transforms.policy import PerImage

        return PerImage(v2.AutoAugment(AutoAugmentPolicy(self.policy)))
