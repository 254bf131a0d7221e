from __future__ import annotations

import pytest
import torch
from torch import Generator, Tensor
from torch.nn import functional
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as oracle

from ablate.data.transforms.places import Places
from ablate.data.transforms.zoom import Zoom

IMAGES = torch.rand(1, 3, 12, 16, generator=Generator().manual_seed(0)) + 0.1
MASKS = (IMAGES[:, 0] * 100).to(torch.uint8)


def _zoom(scale: float, count: int = 400) -> tuple[Tensor, Tensor]:
    images, masks = IMAGES.expand(count, -1, -1, -1), MASKS.expand(count, -1, -1)
    return Zoom((scale, scale)).with_masks(images, masks, Generator().manual_seed(0))


def test_a_factor_of_one_keeps_everything() -> None:
    images, masks = _zoom(1.0, 3)
    assert torch.allclose(images, IMAGES.expand_as(images), atol=1e-5)
    assert torch.equal(masks, MASKS.expand_as(masks))


def test_zooming_out_leaves_the_whole_image_at_any_place() -> None:
    images, masks = _zoom(0.5)
    known = masks != 255
    assert torch.equal(known, (images > 0).all(dim=1)), "black is void"
    heights, widths = known.any(dim=2).sum(dim=1), known.any(dim=1).sum(dim=1)
    assert set(heights.tolist()) <= {6, 7}
    assert set(widths.tolist()) <= {8, 9}
    assert torch.equal(known.sum(dim=(1, 2)), heights * widths), "a full rectangle"
    tops = known.any(dim=2).to(torch.int8).argmax(dim=1)
    lefts = known.any(dim=1).to(torch.int8).argmax(dim=1)
    assert set(tops.tolist()) == set(range(7))
    assert set(lefts.tolist()) == set(range(9))


def test_zooming_out_by_two_averages_four_pixels() -> None:
    corner = Places(torch.arange(12)[None] * 2 + 0.5, torch.arange(16)[None] * 2 + 0.5)
    found = Zoom((0.5, 0.5)).move(IMAGES, corner)
    assert torch.allclose(found[:, :, :6, :8], functional.avg_pool2d(IMAGES, 2), atol=1e-5)
    assert (found[:, :, 6:] == 0).all()
    assert (found[:, :, :, 8:] == 0).all()


def test_zooming_in_shows_a_part_and_never_what_lies_outside() -> None:
    images, masks = _zoom(2.0)
    assert (images > 0).all()
    assert (masks != 255).all()
    places = Zoom((2.0, 2.0)).draw(IMAGES.expand(400, -1, -1, -1), Generator().manual_seed(0))
    for side, size in ((places.rows, 12), (places.columns, 16)):
        assert torch.allclose(side.diff(dim=1), torch.tensor(0.5))
        assert -0.25 <= side.min() < -0.15, "the first pixels"
        assert size - 0.85 < side.max() <= size - 0.75, "the last pixels"


def test_zooming_in_is_torchvisions_resizing() -> None:
    places = Places(torch.arange(12)[None] * 0.5 + 2.75, torch.arange(16)[None] * 0.5 + 3.75)
    found = Zoom((2.0, 2.0)).move(IMAGES, places)
    expected = oracle.resized_crop(IMAGES, 3, 4, 6, 8, [12, 16], antialias=True)
    middle = (..., slice(1, -1), slice(1, -1))  # theirs repeats the part's border, not the image's
    assert torch.allclose(found[middle], expected[middle], atol=1e-5)
    exact = InterpolationMode.NEAREST_EXACT
    moved = Zoom((2.0, 2.0)).move_masks(MASKS[:, None], places)[:, 0]
    assert torch.equal(moved, oracle.resized_crop(MASKS, 3, 4, 6, 8, [12, 16], exact))


@pytest.mark.parametrize("low", [0.5, 1.5])
def test_factors_fill_the_range(low: float) -> None:
    zoom = Zoom((low, low + 1))
    places = zoom.draw(IMAGES.expand(1000, -1, -1, -1), Generator().manual_seed(0))
    factors = 1 / (places.rows[:, 1] - places.rows[:, 0])
    assert torch.allclose(factors, 1 / (places.columns[:, 1] - places.columns[:, 0]), rtol=1e-3)
    assert low - 1e-3 < factors.min() < low + 0.01
    assert low + 0.99 < factors.max() < low + 1 + 1e-3
