from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor
from torchvision.transforms.v2 import functional as oracle

from ablate.data.transforms import color

IMAGES = torch.rand(5, 3, 12, 17, generator=Generator().manual_seed(0))
IMAGES[0, :, 0, 0] = 0.5  # a grey pixel has no hue
IMAGES[1] = torch.tensor([0.0, 1.0, 1.0]).view(3, 1, 1)  # two channels are highest

CASES = [
    (color.adjust_brightness, oracle.adjust_brightness, [0.0, 0.5, 1.0, 1.5, 3.0]),
    (color.adjust_contrast, oracle.adjust_contrast, [0.0, 0.5, 1.0, 1.5, 3.0]),
    (color.adjust_saturation, oracle.adjust_saturation, [0.0, 0.5, 1.0, 1.5, 3.0]),
    (color.adjust_hue, oracle.adjust_hue, [-0.5, -0.2, 0.0, 0.1, 0.5]),
]


@pytest.mark.parametrize(("ours", "theirs", "factors"), CASES)
def test_adjustments_are_torchvisions(
    ours: Callable[..., Tensor], theirs: Callable[..., Tensor], factors: list[float]
) -> None:
    found = ours(IMAGES, torch.tensor(factors).view(-1, 1, 1, 1))
    for image, changed, factor in zip(IMAGES, found, factors, strict=True):
        assert torch.allclose(changed, theirs(image, factor), atol=1e-5)


@pytest.mark.parametrize(("ours", "theirs", "factors"), CASES[:2])
def test_grey_images_have_brightness_and_contrast(
    ours: Callable[..., Tensor], theirs: Callable[..., Tensor], factors: list[float]
) -> None:
    grey = IMAGES[:, :1]
    found = ours(grey, torch.tensor(factors).view(-1, 1, 1, 1))
    for image, changed, factor in zip(grey, found, factors, strict=True):
        assert torch.allclose(changed, theirs(image, factor), atol=1e-5)


def test_grey_is_torchvisions() -> None:
    assert torch.allclose(color.grey(IMAGES), oracle.rgb_to_grayscale(IMAGES), atol=1e-6)


def test_jitter_stays_in_its_range() -> None:
    images = torch.full((1000, 3, 1, 1), 0.5)
    ranges = {"brightness": (0.6, 1.4)}
    found = color.color_jitter(images, Generator().manual_seed(0), ranges=ranges)
    assert 0.3 <= found.min() < 0.31
    assert 0.69 < found.max() <= 0.7


def test_the_order_of_adjustments_varies() -> None:
    ranges = {"brightness": (2.0, 2.0), "contrast": (3.0, 3.0)}
    results = {
        float(color.color_jitter(IMAGES, Generator().manual_seed(seed), ranges=ranges).sum())
        for seed in range(20)
    }
    assert len(results) == 2


def test_grayscale_takes_colour_only_from_some() -> None:
    images = IMAGES[2:3].expand(1000, -1, -1, -1)
    found = color.random_grayscale(images, Generator().manual_seed(0), p=0.2)
    changed = (found != images).flatten(1).any(dim=1)
    assert 0.15 < changed.float().mean() < 0.25
    expected = oracle.rgb_to_grayscale(IMAGES[2], num_output_channels=3)
    assert torch.allclose(found[changed], expected, atol=1e-6)


@pytest.mark.parametrize("kernel_size", [3, 9])
def test_blur_is_torchvisions(kernel_size: int) -> None:
    sigmas = [0.1, 0.5, 1.0, 2.0, 5.0]
    found = color.blur(IMAGES, torch.tensor(sigmas).view(-1, 1, 1, 1), kernel_size)
    for image, blurred, sigma in zip(IMAGES, found, sigmas, strict=True):
        expected = oracle.gaussian_blur(image, [kernel_size, kernel_size], [sigma, sigma])
        assert torch.allclose(blurred, expected, atol=1e-5)


def test_blur_spares_some() -> None:
    images = IMAGES[2:3].expand(400, -1, -1, -1)
    found = color.gaussian_blur(
        images, Generator().manual_seed(0), kernel_size=3, sigma=(1.0, 1.0), p=0.5
    )
    share = (found != images).flatten(1).any(dim=1).float().mean()
    assert 0.4 < share < 0.6


def test_jitter_spares_some() -> None:
    images = torch.full((400, 1, 2, 2), 0.5)
    ranges = {"brightness": (0.2, 0.9)}
    changed = color.color_jitter(images, Generator().manual_seed(0), ranges=ranges, p=0.25)
    share = (changed != images).flatten(1).any(1).float().mean()
    assert 0.15 < share < 0.35


@pytest.mark.parametrize(("side", "kernel"), [(8, 3), (32, 3), (96, 9), (224, 23)])
def test_the_kernel_of_a_blur_is_a_tenth_of_the_image(side: int, kernel: int) -> None:
    images = torch.rand(2, 1, side, side, generator=Generator().manual_seed(0))
    sigma = (1.0, 2.0)
    found = color.proportional_blur(
        images, Generator().manual_seed(1), share=0.1, sigma=sigma, p=1.0
    )
    expected = color.gaussian_blur(
        images, Generator().manual_seed(1), kernel_size=kernel, sigma=sigma, p=1.0
    )
    assert torch.equal(found, expected)
