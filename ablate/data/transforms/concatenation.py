"""Several policies over one set of images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Generator, Tensor

from ablate.data.transforms.step import Transform, apply_with_masks


class Concatenated:
    """Policies of which each image gets one: a given one, or one at random."""

    def __init__(self, policies: Sequence[Transform]) -> None:
        self._policies = tuple(policies)

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Apply a random policy to each image."""
        return self.apply(images, generator, self._draw(images, generator))

    def with_masks(
        self, images: Tensor, masks: Tensor, generator: Generator
    ) -> tuple[Tensor, Tensor]:
        """Apply a random policy to each image and its mask."""
        which = self._draw(images, generator)
        return self.apply_with_masks(images, masks, generator, which)

    def apply(self, images: Tensor, generator: Generator, which: Tensor) -> Tensor:
        """Apply to each image the policy of its number in ``which`` (N,) int64."""
        return _joined(
            [
                (chosen, policy(images[chosen], generator))
                for policy, chosen in self._parts(images, which)
            ]
        )

    def apply_with_masks(
        self, images: Tensor, masks: Tensor, generator: Generator, which: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Apply to each image, and to its mask, the policy of its number in ``which`` (N,) int64."""
        parts = [
            (chosen, *apply_with_masks(policy, images[chosen], masks[chosen], generator))
            for policy, chosen in self._parts(images, which)
        ]
        return (
            _joined([(chosen, changed) for chosen, changed, _ in parts]),
            _joined([(chosen, moved) for chosen, _, moved in parts]),
        )

    def _draw(self, images: Tensor, generator: Generator) -> Tensor:
        return torch.randint(len(self._policies), (len(images),), generator=generator)

    def _parts(self, images: Tensor, which: Tensor) -> Iterator[tuple[Transform, Tensor]]:
        """Each policy that has images, and their positions."""
        for number, policy in enumerate(self._policies):
            chosen = (which == number).to(images.device).nonzero().squeeze(1)
            if len(chosen):
                yield policy, chosen


def _joined(parts: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
    """One batch from parts of it, each with its positions; a policy may have cropped its images."""
    _, first = parts[0]
    count = sum(len(chosen) for chosen, _ in parts)
    whole = first.new_empty((count, *first.shape[1:]))
    for chosen, part in parts:
        whole[chosen] = part
    return whole
