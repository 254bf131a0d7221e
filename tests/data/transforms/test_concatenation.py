from __future__ import annotations

import torch
from torch import Generator

from ablate.data.transforms.concatenation import Concatenated

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
