from __future__ import annotations

import torch
from torch import Generator

from ablate.data.transforms.concatenation import Concatenated
from ablate.data.transforms.crop import Crop, Flip
from ablate.data.transforms.step import Composed

POLICIES = [lambda images, _: images + 1, lambda images, _: images * 10]


def test_each_image_gets_its_policy() -> None:
    images = torch.arange(1.0, 5.0).view(4, 1, 1, 1)
    which = torch.tensor([0, 1, 1, 0])
    found = Concatenated(POLICIES).apply(images, Generator(), which)
    assert found.flatten().tolist() == [2.0, 20.0, 30.0, 5.0]
    assert images.flatten().tolist() == [1.0, 2.0, 3.0, 4.0]


def test_without_a_choice_every_policy_occurs() -> None:
    found = Concatenated(POLICIES)(torch.full((100, 1, 1, 1), 5.0), Generator().manual_seed(0))
    assert set(found.flatten().tolist()) == {6.0, 50.0}


def test_masks_get_the_policy_of_their_image() -> None:
    images = torch.arange(1.0, 25.0).view(4, 1, 2, 3)
    masks = images[:, 0].to(torch.uint8)
    policies = Concatenated([lambda images, _: images + 100, Flip(1.0, -1)])
    which = torch.tensor([0, 1, 1, 0])
    found, moved = policies.apply_with_masks(images, masks, Generator(), which)
    assert torch.equal(moved, torch.stack([masks[0], masks[1].flip(1), masks[2].flip(1), masks[3]]))
    assert torch.equal(found[1:3, 0].to(torch.uint8), moved[1:3])
    assert torch.equal(found, policies.apply(images, Generator(), which))


def test_policies_may_crop() -> None:
    images = torch.rand(6, 3, 8, 8, generator=Generator().manual_seed(0))
    masks = torch.zeros(6, 8, 8, dtype=torch.uint8)
    policies = Concatenated([Crop(0, (4, 5)), Composed([Flip(0.5, -1), Crop(1, (4, 5))])])
    found, moved = policies.with_masks(images, masks, Generator().manual_seed(0))
    assert found.shape == (6, 3, 4, 5)
    assert moved.shape == (6, 4, 5)
