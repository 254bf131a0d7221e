from __future__ import annotations

from typing import Any

import torch
from torch import Generator
from torchvision.transforms.v2 import functional as oracle

from ablate.data.transforms.erasing import box_mask, cutout, random_erasing

IMAGES = torch.rand(6, 3, 12, 17, generator=Generator().manual_seed(0)) * 0.5 + 0.25


def _erase(images: torch.Tensor, **keys: Any) -> torch.Tensor:
    defaults = {"p": 1.0, "scale": (0.1, 0.3), "ratio": (0.5, 2.0), "value": 0.0}
    return random_erasing(images, Generator().manual_seed(0), **{**defaults, **keys})


def test_boxes_are_torchvisions() -> None:
    boxes = [
        (0, 0, 12, 17),
        (2, 3, 5, 6),
        (0, 10, 12, 7),
        (11, 16, 1, 1),
        (1, 1, 10, 3),
        (5, 5, 0, 0),
    ]
    mask = box_mask(IMAGES, *(torch.tensor(values) for values in zip(*boxes, strict=True)))
    for image, one, box in zip(IMAGES, mask, boxes, strict=True):
        expected = oracle.erase(image, *box, v=torch.zeros(1, 1, 1))
        assert torch.equal(image.masked_fill(one, 0.0), expected)


def test_one_box_of_the_wanted_area_is_erased() -> None:
    found = _erase(IMAGES[:1].expand(500, -1, -1, -1))
    erased = (found == 0).all(dim=1)
    area = erased.flatten(1).float().mean(dim=1)
    assert area.min() > 0.08
    assert area.max() < 0.34
    heights, widths = erased.any(dim=2).sum(dim=1), erased.any(dim=1).sum(dim=1)
    assert torch.equal(erased.sum(dim=(1, 2)), heights * widths), "a full rectangle"
    assert ((heights / widths) > 0.35).all()
    assert ((heights / widths) < 2.8).all()


def test_height_over_width_follows_the_ratio() -> None:
    erased = (_erase(IMAGES, ratio=(2.0, 2.0), scale=(0.1, 0.1)) == 0).all(dim=1)
    assert (erased.any(dim=2).sum(dim=1) > erased.any(dim=1).sum(dim=1)).all()


def test_the_rest_stays() -> None:
    found = _erase(IMAGES)
    assert torch.equal(found[found != 0], IMAGES[found != 0])


def test_values() -> None:
    assert (_erase(IMAGES, value=1.0) == 1).any()
    noise = _erase(IMAGES, value=None)
    changed = noise[noise != IMAGES]
    assert changed.unique().numel() == changed.numel()
    assert 0 <= changed.min() <= changed.max() <= 1


def test_probability_and_boxes_that_do_not_fit() -> None:
    assert torch.equal(_erase(IMAGES, p=0.0), IMAGES)
    assert torch.equal(_erase(IMAGES, scale=(1.0, 1.0)), IMAGES)


def test_cutout_blackens_squares_that_the_border_may_cut() -> None:
    found = cutout(IMAGES[:1].expand(500, -1, -1, -1), Generator().manual_seed(0), size=4, holes=1)
    sizes = (found == 0).all(dim=1).sum(dim=(1, 2))
    assert sizes.max() == 16
    assert sizes.min() == 4, "a centre in the corner leaves a quarter"
    two = cutout(IMAGES[:1].expand(500, -1, -1, -1), Generator().manual_seed(0), size=4, holes=2)
    assert (two == 0).all(dim=1).sum(dim=(1, 2)).max() == 32
