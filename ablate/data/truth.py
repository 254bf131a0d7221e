"""The original masks of a batch, on the device where predictions are compared with them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ablate.data.prepared import Masks


def original_masks(masks: Masks, images: Sequence[int], device: torch.device) -> tuple[Tensor, ...]:
    """The masks of ``images``, (h, w) uint8 each, as they were annotated."""
    found = [torch.from_numpy(masks.original(image)) for image in images]
    if device.type == "cpu":
        return tuple(found)
    # One transfer for all of them, and from pinned memory: the CPU need not wait for it.
    flat = torch.cat([mask.flatten() for mask in found])
    flat = flat.pin_memory() if device.type == "cuda" else flat
    parts = torch.split(flat.to(device, non_blocking=True), [mask.numel() for mask in found])
    return tuple(part.view(mask.shape) for part, mask in zip(parts, found, strict=True))
