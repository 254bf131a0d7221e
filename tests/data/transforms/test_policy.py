from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Generator
from torchvision.transforms import v2

from ablate.data.transforms.policy import PerImage

PIXELS = torch.randint(256, (4, 3, 9, 11), generator=Generator().manual_seed(0), dtype=torch.uint8)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_transform_that_does_nothing_keeps_every_value(channels: int) -> None:
    images = PIXELS[:, :channels] / 255
    assert torch.equal(PerImage(lambda image: image)(images, Generator()), images)


def test_each_image_is_transformed_as_a_pillow_image() -> None:
    found = PerImage(v2.RandomSolarize(128, p=1.0))(PIXELS / 255, Generator())
    for pixels, changed in zip(PIXELS, found, strict=True):
        image = Image.fromarray(pixels.permute(1, 2, 0).contiguous().numpy())
        expected = np.asarray(v2.functional.solarize(image, 128)) / 255
        assert np.allclose(changed.permute(1, 2, 0), expected)


def test_an_error_inside_puts_the_global_generator_back() -> None:
    def fail(_: Image.Image) -> Image.Image:
        torch.rand(1)
        raise RuntimeError("no")

    torch.manual_seed(0)
    before = torch.get_rng_state()
    with pytest.raises(RuntimeError):
        PerImage(fail)(PIXELS / 255, Generator())
    assert torch.equal(torch.get_rng_state(), before)
