"""Policies of torchvision's own transforms, applied image by image."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Generator, Tensor


class PerImage:
    """Applies a torchvision transform of Pillow images to one image after the other.

    torchvision draws from torch's global generator: it is seeded from the given one and put back afterwards.
    """

    def __init__(self, transform: Callable[[Image.Image], Any]) -> None:
        self._transform = transform

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Images (N, C, H, W) float32 in 0..1, of which the values come back in steps of 1/255."""
        seed = int(torch.randint(2**62, (), generator=generator))
        pixels = (images * 255).round_().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            changed = np.stack([self._change(image) for image in pixels])
        back = torch.from_numpy(changed).to(images.device).permute(0, 3, 1, 2)
        return back.to(torch.float32).div_(255)

    def _change(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        grey = pixels.shape[2] == 1
        image = Image.fromarray(pixels[:, :, 0] if grey else pixels)
        return np.asarray(self._transform(image), dtype=np.uint8).reshape(pixels.shape)
