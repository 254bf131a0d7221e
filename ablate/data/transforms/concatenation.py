"""Several policies over one set of images."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor

from ablate.data.transforms.step import Transform


class Concatenated:
    """Policies of which each image gets one: a given one, or one at random."""

    def __init__(self, policies: Sequence[Transform]) -> None:
        self._policies = tuple(policies)

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Apply a random policy to each image."""
        which = torch.randint(len(self._policies), (len(images),), generator=generator)
        return self.apply(images, generator, which)

    def apply(self, images: Tensor, generator: Generator, which: Tensor) -> Tensor:
        """Apply to each image the policy of its number in ``which`` (N,) int64."""
        changed = torch.empty_like(images)
        for number, policy in enumerate(self._policies):
            chosen = (which == number).to(images.device).nonzero().squeeze(1)
            if len(chosen):
                changed[chosen] = policy(images[chosen], generator)
        return changed
