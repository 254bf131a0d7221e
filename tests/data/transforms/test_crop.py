from __future__ import annotations

import pytest
import torch
from torch import Generator
from torchvision.transforms.v2 import functional as oracle

from ablate.data.transforms.crop import Crop, Flip, crop_at

IMAGES = torch.rand(6, 3, 7, 9, generator=Generator().manual_seed(0))
MASKS = (IMAGES[:, 0] * 20).to(torch.uint8)


def test_crops_are_torchvisions() -> None:
    rows, columns = torch.tensor([0, 1, 2, 3, 4, 0]), torch.tensor([0, 4, 3, 2, 1, 4])
    found = crop_at(IMAGES, rows, columns, 3, 5)
    for image, crop, row, column in zip(IMAGES, found, rows, columns, strict=True):
        assert torch.equal(crop, oracle.crop(image, int(row), int(column), 3, 5))


@pytest.mark.parametrize(
    ("padding", "size", "rows", "columns"),
    [(1, None, 3, 3), (0, (5, 9), 3, 1), (0, (7, 6), 1, 4), (1, (8, 9), 2, 3), (0, (7, 9), 1, 1)],
)
def test_a_random_crop_is_one_of_the_padded_image_and_all_places_occur(
    padding: int, size: tuple[int, int] | None, rows: int, columns: int
) -> None:
    height, width = size or (7, 9)
    image = oracle.pad(IMAGES[0], [padding, padding])
    mask = oracle.pad(MASKS[:1], [padding, padding], fill=255)[0]
    places = [(r, c, height, width) for r in range(rows) for c in range(columns)]
    crops = [(oracle.crop(image, *place), oracle.crop(mask, *place)) for place in places]
    images, masks = Crop(padding, size).with_masks(
        IMAGES[:1].expand(300, -1, -1, -1),
        MASKS[:1].expand(300, -1, -1),
        Generator().manual_seed(0),
    )
    found = [
        next(
            number
            for number, (crop, cropped) in enumerate(crops)
            if torch.equal(crop, one) and torch.equal(cropped, its)
        )
        for one, its in zip(images, masks, strict=True)
    ]
    assert set(found) == set(range(len(places)))


def test_places_are_drawn_as_they_always_were() -> None:
    found = Crop(3).draw(IMAGES, Generator().manual_seed(5))
    assert torch.equal(
        torch.stack(found), torch.randint(7, (2, 6), generator=Generator().manual_seed(5))
    )


def test_flips() -> None:
    for dim, flip in ((-1, oracle.horizontal_flip), (-2, oracle.vertical_flip)):
        images, masks = Flip(1.0, dim).with_masks(IMAGES, MASKS, Generator())
        assert torch.equal(images, flip(IMAGES))
        assert torch.equal(masks, flip(MASKS))
        images, masks = Flip(0.0, dim).with_masks(IMAGES, MASKS, Generator())
        assert torch.equal(images, IMAGES)
        assert torch.equal(masks, MASKS)


def test_the_share_of_flips() -> None:
    images = IMAGES[:1].expand(2000, -1, -1, -1)
    flipped = Flip(0.3, -1)(images, Generator().manual_seed(0))
    share = (flipped != images).flatten(1).any(dim=1).float().mean()
    assert abs(share - 0.3) < 0.04  # four standard errors
