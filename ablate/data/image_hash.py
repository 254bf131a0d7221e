"""Hashes of images as they were decoded: equal for the same pixels, whatever file and size of the cache hold them."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from ablate.data.source import Pixels

#: One number for each image. That two different ones of a million share it has a chance below 1 in 10 million.
Hashes = NDArray[np.uint64]


def image_hash(pixels: Pixels) -> int:
    """The hash of an image (H, W, C) uint8 (64 bits of BLAKE2b); one without colour has the hash of its grey.

    >>> grey = np.arange(6, dtype=np.uint8).reshape(2, 3, 1)
    >>> image_hash(grey) == image_hash(grey.repeat(3, axis=2)), image_hash(grey) == image_hash(grey[:, ::-1])
    (True, False)
    """
    if _is_grey(pixels):
        pixels = pixels[:, :, :1]
    digest = hashlib.blake2b(str(pixels.shape).encode(), digest_size=8)
    digest.update(np.ascontiguousarray(pixels).data)
    return int.from_bytes(digest.digest(), "little")


def _is_grey(pixels: Pixels) -> bool:
    """Whether an image of three channels is grey; most are told by their first row."""
    if pixels.shape[2] != 3:
        return False
    return all(bool((part == part[:, :, :1]).all()) for part in (pixels[:1], pixels))
