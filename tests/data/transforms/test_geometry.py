from __future__ import annotations

import math

import pytest
import torch
from torch import Generator
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as oracle

from ablate.data.transforms.geometry import (
    Boxes,
    draw_boxes,
    random_resized_crop,
    random_rotation,
    resize_boxes,
    rotate,
)

IMAGES = torch.rand(5, 3, 12, 17, generator=Generator().manual_seed(0))


@pytest.mark.parametrize("channels", [1, 3])
def test_rotation_is_torchvisions(channels: int) -> None:
    images = IMAGES[:, :channels]
    angles = torch.tensor([0.0, 30.0, -45.0, 90.0, 173.0])
    found = rotate(images, angles, "bilinear")
    for image, turned, angle in zip(images, found, angles.tolist(), strict=True):
        expected = oracle.rotate(image, angle, InterpolationMode.BILINEAR)
        assert torch.allclose(turned, expected, atol=2e-4)


def test_nearest_rotation_is_torchvisions() -> None:
    found = rotate(IMAGES, torch.full((5,), 33.0), "nearest")
    expected = oracle.rotate(IMAGES, 33.0, InterpolationMode.NEAREST)
    assert (found == expected).float().mean() > 0.99  # halves may round either way


def test_angles_fill_the_range() -> None:
    images = IMAGES[:1].expand(500, -1, -1, -1)
    found = random_rotation(
        images, Generator().manual_seed(0), degrees=10, interpolation="bilinear"
    )
    limits = rotate(IMAGES[:1].expand(2, -1, -1, -1), torch.tensor([-10.0, 10.0]), "bilinear")
    distance = (found[:, None] - limits[None]).abs().flatten(2).mean(dim=2).amin(dim=0)
    assert (distance < 0.01).all(), "angles close to both ends occur"


def test_resized_boxes_are_torchvisions() -> None:
    boxes = [(0, 0, 12, 17), (2, 3, 5, 6), (0, 10, 12, 7), (11, 16, 1, 1), (1, 1, 10, 3)]
    columns = [torch.tensor(values) for values in zip(*boxes, strict=True)]
    found = resize_boxes(IMAGES, Boxes(*columns, torch.ones(5, dtype=torch.bool)))
    for image, resized, box in zip(IMAGES, found, boxes, strict=True):
        expected = oracle.resized_crop(image, *box, [12, 17], antialias=True)
        assert torch.allclose(resized, expected, atol=1e-5)


def test_boxes_keep_their_area_ratio_and_image() -> None:
    scale, ratio = (0.2, 0.4), (0.5, 2.0)
    boxes = draw_boxes(5000, (64, 64), (64, 64), scale, ratio, Generator().manual_seed(0))
    assert boxes.found.all()
    assert (boxes.top >= 0).all()
    assert (boxes.top + boxes.height <= 64).all()
    assert (boxes.left >= 0).all()
    assert (boxes.left + boxes.width <= 64).all()
    area = boxes.height * boxes.width / (64 * 64)
    assert 0.19 < area.min() < 0.22
    assert 0.38 < area.max() < 0.42
    assert abs(area.mean() - 0.3) < 0.005
    logs = (boxes.width / boxes.height).log()
    assert logs.min() > math.log(0.5) - 0.1
    assert logs.max() < math.log(2.0) + 0.1


def test_boxes_reach_every_border() -> None:
    boxes = draw_boxes(2000, (8, 8), (8, 8), (0.1, 0.3), (1.0, 1.0), Generator().manual_seed(0))
    assert boxes.top.min() == boxes.left.min() == 0
    assert (boxes.top + boxes.height).max() == (boxes.left + boxes.width).max() == 8


def test_no_box_that_fits_means_the_central_one() -> None:
    images = IMAGES[:, :, :, :12]
    found = random_resized_crop(images, Generator(), scale=(1.0, 1.0), ratio=(3.0, 3.0))
    expected = oracle.resized_crop(images, 4, 0, 4, 12, [12, 12], antialias=True)
    assert torch.allclose(found, expected, atol=1e-5)


def test_the_whole_image_stays_as_it_is() -> None:
    square = IMAGES[:, :, :, :12]
    found = random_resized_crop(square, Generator(), scale=(1.0, 1.0), ratio=(1.0, 1.0))
    assert torch.allclose(found, square, atol=1e-5)
