"""Masks as PNG files: of classes, laid over their image, and of what is wrong in them.

Shapes: (h, w) uint8 masks of classes or VOID; (H, W, C) uint8 images of one or three channels.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ablate.spec.labels import Color
from ablate.spec.probe_record import VOID, void_color

Mask = NDArray[np.uint8]

#: How much of an overlay is the mask's colour.
OPACITY = 0.5
#: What an error map holds, beside VOID.
RIGHT, WRONG = 0, 1
_ERROR_COLORS = {RIGHT: (255, 255, 255), WRONG: (214, 39, 40), VOID: (160, 160, 160)}


def enlarged(image: NDArray[np.uint8], size: tuple[int, int]) -> Image.Image:
    """An image (H, W, C) as a picture of another (height, width), bilinear."""
    picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    return picture.resize((size[1], size[0]), Image.Resampling.BILINEAR)


def mask_png(mask: Mask, palette: Sequence[Color]) -> bytes:
    """A PNG whose pixels are the classes' numbers, shown in the palette's colours."""
    return _indexed(mask, {**dict(enumerate(palette)), VOID: void_color(palette)})


def overlay_png(picture: Image.Image, mask: Mask, palette: Sequence[Color]) -> bytes:
    """A PNG of the mask's colours over a picture of the same size."""
    colors = Image.open(io.BytesIO(mask_png(mask, palette))).convert("RGB")
    return png(Image.blend(picture.convert("RGB"), colors, OPACITY))


def errors_png(mask: Mask, truth: Mask) -> bytes:
    """A PNG of 0 where ``mask`` is right (white), 1 where it is wrong (red), VOID where that is unknown (grey)."""
    wrong = np.where(mask == truth, RIGHT, WRONG).astype(np.uint8)
    return _indexed(np.where(truth == VOID, np.uint8(VOID), wrong), _ERROR_COLORS)


def png(picture: Image.Image) -> bytes:
    """A picture as PNG."""
    stream = io.BytesIO()
    picture.save(stream, format="png", **_options(picture))
    return stream.getvalue()


def _options(picture: Image.Image) -> dict[str, Any]:
    # Without this, pixels of a small palette are packed, which some programs do not read as numbers.
    return {"bits": 8} if picture.mode == "P" else {}


def _indexed(values: Mask, colors: Mapping[int, Color]) -> bytes:
    picture = Image.fromarray(values)  # mode L, and with a palette P
    picture.putpalette(
        [channel for index in range(256) for channel in colors.get(index, (0, 0, 0))]
    )
    return png(picture)
