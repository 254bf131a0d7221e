"""Encoded images to uint8 pixels."""

from __future__ import annotations

import io
import struct
import zlib
from typing import NamedTuple

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from ablate.data.source import Pixels
from ablate.spec.values import ImageShape

#: Pillow's modes without colour, and those whose values do not fit 8 bits.
_GREY = frozenset(["1", "L", "LA", "I;16", "I;16L", "I;16B"])
_TOO_DEEP = frozenset(["I", "F"])

#: Formats whose images Pillow decodes as stored, while viewers heed the EXIF tag of orientation.
_TURNED_BY_VIEWERS = frozenset(["JPEG", "MPO", "WEBP"])

#: What Pillow raises on damaged files, by format.
DAMAGE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


def reason(error: Exception) -> str:
    """Why an image cannot be used, as one short line."""
    if isinstance(error, UnidentifiedImageError):
        return "not an image"
    return str(error).partition("\n")[0] or type(error).__name__


class Header(NamedTuple):
    """What an image is, known without decoding it."""

    grey: bool
    height: int
    width: int


def header(content: bytes | Pixels) -> Header:
    """Read an image's header.

    Raises:
        one of DAMAGE: it is no image that can be used.
    """
    if not isinstance(content, bytes):
        return Header(content.ndim == 2, *content.shape[:2])
    with Image.open(io.BytesIO(content)) as image:
        if image.mode in _TOO_DEEP:
            raise ValueError(f"mode {image.mode} (32 bits a pixel) is not supported")
        return Header(image.mode in _GREY, image.height, image.width)


def orientation(content: bytes | Pixels) -> int:
    """How viewers turn an image that is stored otherwise (EXIF, 1 to 8); 1: not at all.

    Raises:
        one of DAMAGE: it is no image.
    """
    if not isinstance(content, bytes):
        return 1
    with Image.open(io.BytesIO(content)) as image:
        if image.format not in _TURNED_BY_VIEWERS:
            return 1
        try:
            found = image.getexif().get(ExifTags.Base.Orientation, 1)
        except DAMAGE:  # viewers cannot read such a tag either
            return 1
    return found if found in range(1, 9) else 1


def decode(content: bytes | Pixels, shape: ImageShape) -> Pixels:
    """Decode to (H, W, C) uint8 of ``shape``, resized (bilinear, antialiased) where it differs.

    Colour is dropped for one channel, grey is repeated for three; transparency is ignored.

    Raises:
        one of DAMAGE: the image is damaged.
    """
    return resized(original(content, shape.channels), shape)


def original(content: bytes | Pixels, channels: int) -> Pixels:
    """Decode to (h, w, ``channels``) uint8 of the image's own size.

    Raises:
        one of DAMAGE: the image is damaged.
    """
    if not isinstance(content, bytes) and np.atleast_3d(content).shape[2] == channels:
        return np.atleast_3d(content)
    image = _eight_bits(_image(content)).convert("L" if channels == 1 else "RGB")
    return np.atleast_3d(np.asarray(image, dtype=np.uint8))


def resized(pixels: Pixels, shape: ImageShape) -> Pixels:
    """An image of the channels of ``shape`` at its height and width (bilinear, antialiased)."""
    wanted = (shape.height, shape.width, shape.channels)
    if pixels.shape == wanted:
        return pixels
    image = Image.fromarray(pixels[:, :, 0] if shape.channels == 1 else pixels)
    scaled = image.resize((shape.width, shape.height), Image.Resampling.BILINEAR)
    return np.asarray(scaled, dtype=np.uint8).reshape(wanted)


def _image(content: bytes | Pixels) -> Image.Image:
    return (
        Image.open(io.BytesIO(content)) if isinstance(content, bytes) else Image.fromarray(content)
    )


def _eight_bits(image: Image.Image) -> Image.Image:
    if not image.mode.startswith("I;16"):
        return image
    return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
