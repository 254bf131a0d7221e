"""Two pictures beside each other, each below its title."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont

_GAP = 16
_TITLE = 28
_WHITE = (255, 255, 255)


def side_by_side(first: bytes, second: bytes, titles: tuple[str, str]) -> bytes:
    """Both PNG pictures at their own size, on white; PNG.

    Raises:
        OSError: one of them is no picture.
    """
    pictures = [_opened(content) for content in (first, second)]
    width = sum(picture.width for picture in pictures) + 3 * _GAP
    height = max(picture.height for picture in pictures) + _TITLE + 2 * _GAP
    whole = Image.new("RGB", (width, height), _WHITE)
    pen, font = ImageDraw.Draw(whole), ImageFont.load_default(size=16)
    left = _GAP
    for picture, title in zip(pictures, titles, strict=True):
        pen.text((left, _GAP), title, fill=(0, 0, 0), font=font)
        whole.paste(picture, (left, _GAP + _TITLE))
        left += picture.width + _GAP
    stream = io.BytesIO()
    whole.save(stream, format="png", optimize=False)
    return stream.getvalue()


def _opened(content: bytes) -> Image.Image:
    """The picture without transparency."""
    picture = Image.open(io.BytesIO(content)).convert("RGBA")
    whole = Image.new("RGBA", picture.size, (*_WHITE, 255))
    whole.alpha_composite(picture)
    return whole.convert("RGB")
