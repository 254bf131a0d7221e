"""The base of torchvision's policies."""

from __future__ import annotations

from ablate.data.augment.step import Augmentation, label


class TorchvisionPolicy(Augmentation):
    """Operations on Pillow images, some of which move pixels and none of which knows masks."""

    def mask_problems(self) -> list[str]:
        """Masks would stay where they are."""
        return [
            f"{label(self)} may rotate, shift and shear images, and torchvision does not do the same to masks. "
            "Write out the moves and the colours, such as random_rotation, random_scale and color_jitter"
        ]
