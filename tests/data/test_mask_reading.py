from __future__ import annotations

import io
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from ablate.data.mask_reading import ColorMasks, IdMasks, Strange

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
    expected = [Strange("colour [0, 7, 0]", count)] if count and unknown == "error" else []
    assert strange == expected


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


def test_black_and_white_is_0_and_1() -> None:
    image = Image.fromarray(np.array([[0, 255]], np.uint8)).convert("1")
    mask, strange = IdMasks(((0, 0), (1, 1))).read(_png(image))
    assert (mask.tolist(), strange) == ([[0, 1]], [])


def test_colours_are_no_ids() -> None:
    image = Image.fromarray(np.zeros((2, 2, 3), np.uint8))
    with pytest.raises(ValueError, match=r"colours \(mode RGB\), not ids; say by 'colors'"):
        IdMasks(((0, 0), (1, 1))).read(_png(image))


def test_ids_as_pixels_are_read_alike() -> None:
    ids = np.array([[3, 255]], np.uint8)
    assert IdMasks(((3, 0),)).read(ids)[0].tolist() == [[0, 255]]
