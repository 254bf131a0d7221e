from __future__ import annotations

import math

import pytest
import torch
from torch import Generator
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as oracle

from ablate.data.transforms.geometry import (
    Boxes,
    Interpolation,
    ResizedCrop,
    Rotation,
    draw_boxes,
    places_in,
    rotation_grid,
)
from ablate.data.transforms.places import nearest, sample

IMAGES = torch.rand(5, 3, 12, 17, generator=Generator().manual_seed(0))
MASKS = (IMAGES[:, 0] * 200).to(torch.uint8)
BOXES = [(0, 0, 12, 17), (2, 3, 5, 6), (0, 10, 12, 7), (11, 16, 1, 1), (1, 1, 10, 3)]


def _rotate(images: torch.Tensor, angles: torch.Tensor, mode: Interpolation) -> torch.Tensor:
    return Rotation(1.0, mode).move(images, rotation_grid(images, angles))


@pytest.mark.parametrize("channels", [1, 3])
def test_rotation_is_torchvisions(channels: int) -> None:
    images = IMAGES[:, :channels]
    angles = torch.tensor([0.0, 30.0, -45.0, 90.0, 173.0])
    found = _rotate(images, angles, "bilinear")
    for image, turned, angle in zip(images, found, angles.tolist(), strict=True):
        expected = oracle.rotate(image, angle, InterpolationMode.BILINEAR)
        assert torch.allclose(turned, expected, atol=2e-4)


def test_nearest_rotation_is_torchvisions() -> None:
    angles = torch.full((5,), 33.0)
    found = _rotate(IMAGES, angles, "nearest")
    expected = oracle.rotate(IMAGES, 33.0, InterpolationMode.NEAREST)
    assert (found == expected).float().mean() > 0.99  # halves may round either way
    masks = Rotation(1.0, "bilinear").move_masks(MASKS[:, None], rotation_grid(IMAGES, angles))
    wanted = oracle.rotate(MASKS, 33.0, InterpolationMode.NEAREST, fill=[255.0])
    assert (masks[:, 0] == wanted).float().mean() > 0.99


def test_every_class_and_void_survive_a_rotation() -> None:
    masks = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    grid = rotation_grid(masks.float(), torch.tensor([90.0]))
    assert torch.equal(Rotation(1.0, "bilinear").move_masks(masks, grid), masks.rot90(1, (2, 3)))


def test_angles_fill_the_range() -> None:
    images = IMAGES[:1].expand(500, -1, -1, -1)
    found = Rotation(10.0, "bilinear")(images, Generator().manual_seed(0))
    limits = _rotate(images[:2], torch.tensor([-10.0, 10.0]), "bilinear")
    distance = (found[:, None] - limits[None]).abs().flatten(2).mean(dim=2).amin(dim=0)
    assert (distance < 0.01).all(), "angles close to both ends occur"


def test_resized_boxes_are_torchvisions() -> None:
    columns = [torch.tensor(values) for values in zip(*BOXES, strict=True)]
    places = places_in(Boxes(*columns, torch.ones(5, dtype=torch.bool)), IMAGES)
    found, masks = sample(IMAGES, places), nearest(MASKS[:, None], places)[:, 0]
    for number, box in enumerate(BOXES):
        expected = oracle.resized_crop(IMAGES[number], *box, [12, 17], antialias=True)
        assert torch.allclose(found[number], expected, atol=1e-5)
        exact = InterpolationMode.NEAREST_EXACT
        wanted = oracle.resized_crop(MASKS[number : number + 1], *box, [12, 17], exact)
        assert (masks[number] == wanted[0]).float().mean() > 0.99  # halves may round either way


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
    found = ResizedCrop((1.0, 1.0), (3.0, 3.0))(images, Generator())
    expected = oracle.resized_crop(images, 4, 0, 4, 12, [12, 12], antialias=True)
    assert torch.allclose(found, expected, atol=1e-5)


def test_the_whole_image_stays_as_it_is() -> None:
    square = IMAGES[:, :, :, :12]
    found = ResizedCrop((1.0, 1.0), (1.0, 1.0))(square, Generator())
    assert torch.allclose(found, square, atol=1e-5)
