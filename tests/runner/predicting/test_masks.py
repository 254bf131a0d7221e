from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ablate.errors import UsageError
from ablate.runner.predicting.images import ImageFile, ReadImage
from ablate.runner.predicting.masks import legend_csv, mask_names, write_masks

PALETTE = [(64, 64, 64), (230, 159, 0)]


def test_masks_have_the_images_own_size_and_the_palette(tmp_path: Path) -> None:
    pixels = np.full((8, 12, 1), 200, np.uint8)
    image = ReadImage(ImageFile(Path("x.png"), "sub/x.png"), pixels, pixels[:4, :4])
    logits = torch.zeros(1, 2, 4, 4)
    logits[:, 1, :, 2:] = 1.0
    logits[:, 1, :, :2] = -1.0
    write_masks(tmp_path, [image], logits, ["sub/x"], PALETTE)
    with Image.open(tmp_path / "sub" / "x.png") as mask:
        assert mask.mode == "P"
        assert mask.getpalette()[:6] == [64, 64, 64, 230, 159, 0]
        assert np.array_equal(np.asarray(mask), np.repeat([[0] * 6 + [1] * 6], 8, axis=0))
    with Image.open(tmp_path / "sub" / "x.overlay.png") as overlay:
        assert (overlay.mode, overlay.size) == ("RGB", (12, 8))
        assert overlay.getpixel((11, 0)) == (215, 179, 100)  # half of each


def test_files_that_differ_in_their_ending_alone_keep_it() -> None:
    files = [ImageFile(Path(name), name) for name in ("a/x.png", "a/x.jpg", "b/x.png", "y.png")]
    assert list(mask_names(files).values()) == ["a/x.png", "a/x.jpg", "b/x", "y"]


def test_files_of_the_same_name_are_an_error() -> None:
    files = [ImageFile(Path("a/x.png"), "x.png"), ImageFile(Path("b/x.png"), "x.png")]
    with pytest.raises(
        UsageError, match=r"masks of a/x\.png and b/x\.png would have the same name"
    ):
        mask_names(files)


def test_the_legend_names_numbers_and_colours() -> None:
    text = legend_csv({"classes": ["ground", "road, wet"], "palette": PALETTE})
    assert text.splitlines()[1:] == ["0,ground,64,64,64", '1,"road, wet",230,159,0']
