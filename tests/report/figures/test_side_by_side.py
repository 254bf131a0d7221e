from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from ablate.report.figures.side_by_side import side_by_side


def picture(color, size, mode="RGB"):
    stream = io.BytesIO()
    Image.new(mode, size, color).save(stream, format="png")
    return stream.getvalue()


def test_both_are_there_at_their_own_size():
    red, blue = (255, 0, 0), (0, 0, 255)
    content = side_by_side(picture(red, (40, 30)), picture(blue, (20, 50)), ("one", "two"))
    pixels = np.asarray(Image.open(io.BytesIO(content)))
    assert (pixels == red).all(axis=2).sum() == 40 * 30
    assert (pixels == blue).all(axis=2).sum() == 20 * 50
    assert np.argwhere((pixels == red).all(axis=2))[:, 1].max() < (
        np.argwhere((pixels == blue).all(axis=2))[:, 1].min()
    )


def test_what_is_transparent_becomes_white():
    clear = picture((9, 9, 9, 0), (4, 4), "RGBA")
    pixels = np.asarray(Image.open(io.BytesIO(side_by_side(clear, clear, ("", "")))))
    assert (pixels == 255).all()


def test_the_same_pictures_give_the_same_bytes():
    one = picture((1, 2, 3), (8, 8))
    assert side_by_side(one, one, ("a", "b")) == side_by_side(one, one, ("a", "b"))


def test_a_file_that_is_no_picture_is_an_error():
    with pytest.raises(OSError, match="cannot identify"):
        side_by_side(b"no picture", b"no picture", ("a", "b"))
