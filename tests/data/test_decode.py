from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ablate.data.decode import DAMAGE, Header, decode, header, orientation
from ablate.spec.values import ImageShape

RNG = np.random.default_rng(0)
RGB = RNG.integers(0, 256, (6, 8, 3), np.uint8)
GREY = RNG.integers(0, 256, (6, 8), np.uint8)


def _encode(image: Image.Image, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


def _shape(channels: int, height: int = 6, width: int = 8) -> ImageShape:
    return ImageShape(channels=channels, height=height, width=width)


@pytest.mark.parametrize("pixels", [RGB, GREY])
def test_lossless_images_come_back(pixels: np.ndarray) -> None:
    content = _encode(Image.fromarray(pixels))
    grey = pixels.ndim == 2
    assert header(content) == Header(grey, 6, 8)
    assert np.array_equal(decode(content, _shape(1 if grey else 3)).squeeze(), pixels)


def test_pixels_pass_through() -> None:
    assert header(RGB) == Header(False, 6, 8)
    assert np.array_equal(decode(RGB, _shape(3)), RGB)
    assert np.array_equal(decode(GREY, _shape(1))[:, :, 0], GREY)


def test_grey_is_repeated_for_three_channels() -> None:
    for content in (GREY, _encode(Image.fromarray(GREY))):
        assert np.array_equal(decode(content, _shape(3)), np.stack([GREY] * 3, axis=-1))


def test_transparency_is_ignored() -> None:
    alpha = np.dstack([RGB, np.zeros_like(GREY)])
    assert np.array_equal(decode(_encode(Image.fromarray(alpha)), _shape(3)), RGB)


def test_a_palette_is_colour() -> None:
    image = Image.fromarray(RGB).quantize(16)
    content = _encode(image)
    assert not header(content).grey
    assert np.array_equal(decode(content, _shape(3)), np.asarray(image.convert("RGB")))


def test_black_and_white_is_0_and_255() -> None:
    content = _encode(Image.fromarray(GREY).convert("1"))
    assert header(content).grey
    assert set(np.unique(decode(content, _shape(1)))) <= {0, 255}


def test_sixteen_bits_keep_the_upper_eight() -> None:
    deep = GREY.astype(np.uint16) * 256 + 7
    content = _encode(Image.fromarray(deep))
    assert header(content).grey
    assert np.array_equal(decode(content, _shape(1))[:, :, 0], GREY)


def test_floats_are_refused() -> None:
    content = _encode(Image.fromarray(GREY.astype(np.float32)), "TIFF")
    with pytest.raises(ValueError, match="mode F"):
        header(content)


def test_resizing_is_that_of_pillow() -> None:
    expected = Image.fromarray(RGB).resize((5, 3), Image.Resampling.BILINEAR)
    assert np.array_equal(decode(RGB, _shape(3, 3, 5)), np.asarray(expected))


ENCODED = [_encode(Image.fromarray(RGB), kind) for kind in ("PNG", "JPEG", "BMP", "GIF", "TIFF")]


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(st.sampled_from(ENCODED), st.data())
def test_damage_raises_only_what_is_declared(content: bytes, data: st.DataObject) -> None:
    damaged = bytearray(content[: data.draw(st.integers(0, len(content)))])
    for _ in range(data.draw(st.integers(0, 3)) if damaged else 0):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        header(bytes(damaged))
        found = decode(bytes(damaged), _shape(3))
    except DAMAGE:
        return
    assert found.shape == (6, 8, 3)


@pytest.mark.parametrize(
    ("ending", "how", "expected"),
    [("jpg", 6, 6), ("webp", 3, 3), ("jpg", 1, 1), ("jpg", 9, 1), ("png", 6, 1), ("tif", 6, 1)],
)
def test_orientation_is_what_viewers_heed_and_decoding_does_not(
    tmp_path: Path, ending: str, how: int, expected: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = how
    file = tmp_path / f"a.{ending}"
    Image.new("RGB", (4, 6)).save(file, exif=exif)
    assert orientation(file.read_bytes()) == expected


def test_pixels_are_never_turned() -> None:
    assert orientation(np.zeros((2, 3), np.uint8)) == 1
