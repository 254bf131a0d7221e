from __future__ import annotations

import torch
from torch import Generator
from torchvision.transforms.v2 import functional as oracle

from ablate.data.transforms.crop import crop_at, random_crop, random_flip

IMAGES = torch.rand(6, 3, 7, 9, generator=Generator().manual_seed(0))


def test_crops_are_torchvisions() -> None:
    rows, columns = torch.tensor([0, 1, 2, 3, 4, 0]), torch.tensor([0, 4, 3, 2, 1, 4])
    found = crop_at(IMAGES, rows, columns, 3, 5)
    for image, crop, row, column in zip(IMAGES, found, rows, columns, strict=True):
        assert torch.equal(crop, oracle.crop(image, int(row), int(column), 3, 5))


def test_a_random_crop_is_one_of_the_padded_image_and_all_places_occur() -> None:
    image = IMAGES[:1]
    padded = oracle.pad(image[0], [1, 1])
    places = {(r, c): oracle.crop(padded, r, c, 7, 9) for r in range(3) for c in range(3)}
    found = random_crop(image.expand(300, -1, -1, -1), Generator().manual_seed(0), padding=1)
    seen = {next(p for p, crop in places.items() if torch.equal(crop, one)) for one in found}
    assert seen == set(places)


def test_flips() -> None:
    for dim, flip in ((-1, oracle.horizontal_flip), (-2, oracle.vertical_flip)):
        assert torch.equal(random_flip(IMAGES, Generator(), p=1.0, dim=dim), flip(IMAGES))
        assert torch.equal(random_flip(IMAGES, Generator(), p=0.0, dim=dim), IMAGES)


def test_the_share_of_flips() -> None:
    images = IMAGES[:1].expand(2000, -1, -1, -1)
    flipped = random_flip(images, Generator().manual_seed(0), p=0.3, dim=-1)
    share = (flipped != images).flatten(1).any(dim=1).float().mean()
    assert abs(share - 0.3) < 0.04  # four standard errors
