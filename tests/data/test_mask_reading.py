from __future__ import annotations

import io
import struct
import zlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from ablate.data.mask_reading import ColorMasks, IdMasks, Strange, WrongKindError

PALETTE = [(0, 0, 0), (255, 0, 0), (0, 0, 7), (0, 7, 0)]


def _png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


@given(
    arrays(np.uint8, (3, 4)),
    st.lists(st.integers(0, 255), min_size=1, max_size=8, unique=True),
    st.sets(st.integers(0, 255), max_size=3),
)
def test_ids_become_classes_as_a_plain_loop_would(
    ids: np.ndarray, known: list[int], void: set[int]
) -> None:
    reading = IdMasks(tuple((value, label) for label, value in enumerate(known)), tuple(void))
    mask, strange = reading.read(_png(Image.fromarray(ids)))
    for value, found in zip(ids.flatten().tolist(), mask.flatten().tolist(), strict=True):
        assert found == (known.index(value) if value in known else 255)
    odd = Counter(v for v in ids.flatten().tolist() if v not in known and v not in void)
    assert strange == [Strange(f"value {value}", odd[value]) for value in sorted(odd)]


@given(arrays(np.int64, (3, 4), elements=st.integers(0, 3)), st.sampled_from(["error", "ignore"]))
def test_colours_become_classes_as_a_plain_loop_would(codes: np.ndarray, unknown: str) -> None:
    reading = ColorMasks(((PALETTE[0], 255), (PALETTE[1], 1), (PALETTE[2], 0)), unknown)  # type: ignore[arg-type]
    image = np.array(PALETTE, np.uint8)[codes]
    mask, strange = reading.read(_png(Image.fromarray(image)))
    assert mask.tolist() == [[(255, 1, 0, 255)[code] for code in row] for row in codes.tolist()]
    count = int((codes == 3).sum())
    assert strange == ([Strange("colour [0, 7, 0]", count)] if count else [])
    assert reading.leaves_out_strange == (unknown == "ignore")


def test_the_ids_of_a_palette_are_its_indices() -> None:
    ids = np.array([[0, 1], [2, 255]], np.uint8)
    image = Image.fromarray(ids).convert("P")
    image.putpalette([9] * 768)
    mask, strange = IdMasks(((0, 0), (1, 1), (2, 2))).read(_png(image))
    assert mask.tolist() == [[0, 1], [2, 255]]
    assert strange == []


def test_ids_may_have_sixteen_bits() -> None:
    ids = np.array([[0, 7000], [7000, 300]], np.uint16)
    mask, strange = IdMasks(((7000, 1), (0, 0)), ()).read(_png(Image.fromarray(ids)))
    assert mask.tolist() == [[0, 1], [1, 255]]
    assert strange == [Strange("value 300", 1)]


def _raw_png(values: list[int], depth: int, color_type: int) -> bytes:
    """One row of a PNG, written by the specification: values of ``depth`` bits, grey (0) or of a palette (3)."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    bits = "".join(format(value, f"0{depth}b") for value in values)
    bits += "0" * (-len(bits) % 8)
    row = bytes([0]) + int(bits, 2).to_bytes(len(bits) // 8, "big")
    head = struct.pack(">IIBBBBB", len(values), 1, depth, color_type, 0, 0, 0)
    palette = chunk(b"PLTE", bytes(range(3)) * 2**depth) if color_type == 3 else b""
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", head),
            palette,
            chunk(b"IDAT", zlib.compress(row)),
            chunk(b"IEND", b""),
        ]
    )


@pytest.mark.parametrize(
    ("depth", "color_type"),
    [(1, 0), (2, 0), (4, 0), (8, 0), (16, 0), (1, 3), (2, 3), (4, 3), (8, 3)],
)
def test_values_are_those_that_a_png_stores(depth: int, color_type: int) -> None:
    values = [*range(min(2**depth, 256)), 0]
    reading = IdMasks(tuple((value, 255 - value) for value in range(256)), ())
    mask, strange = reading.read(_raw_png(values, depth, color_type))
    assert mask.tolist() == [[255 - value for value in values]]
    assert strange == []


def test_values_of_sixteen_bits_that_no_class_has_are_named() -> None:
    _, strange = IdMasks(((1, 0),)).read(_raw_png([1, 256, 257, 255], 16, 0))
    assert strange == [Strange("value 256", 1), Strange("value 257", 1)]


def test_black_and_white_is_0_and_1() -> None:
    image = Image.fromarray(np.array([[0, 255]], np.uint8)).convert("1")
    mask, strange = IdMasks(((0, 0), (1, 1))).read(_png(image))
    assert (mask.tolist(), strange) == ([[0, 1]], [])


def test_three_equal_channels_are_ids() -> None:
    ids = np.array([[3, 1], [255, 7]], np.uint8)
    image = Image.fromarray(ids).convert("RGB")
    mask, strange = IdMasks(((1, 0), (3, 1))).read(_png(image))
    assert mask.tolist() == [[1, 0], [255, 255]]
    assert strange == [Strange("value 7", 1)]


@pytest.mark.parametrize(
    ("mode", "color", "rule", "remedy"),
    [
        ("RGB", (1, 1, 2), "it holds RGB colours, and the options name numbers", "say colours"),
        ("RGBA", (1, 2, 1, 255), "it holds RGBA colours, and the options", "say colours"),
        ("RGBA", (1, 1, 1, 0), r"a channel of transparency \(mode RGBA\)", "without transp"),
        ("LA", (1, 255), r"a channel of transparency \(mode LA\)", "without transp"),
    ],
)
def test_colours_are_no_ids(mode: str, color: tuple[int, ...], rule: str, remedy: str) -> None:
    image = Image.new(mode, (2, 2), color)
    with pytest.raises(WrongKindError, match=rule) as caught:
        IdMasks(((0, 0), (1, 1)), color_remedy="say colours").read(_png(image))
    assert remedy in caught.value.remedy


def test_ids_as_pixels_are_read_alike() -> None:
    ids = np.array([[3, 255]], np.uint8)
    assert IdMasks(((3, 0),)).read(ids)[0].tolist() == [[0, 255]]
