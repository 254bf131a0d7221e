"""Changes of colour, on images (N, C, H, W) with factors (N, 1, 1, 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Generator, Tensor
from torch.nn import functional

from ablate.data.transforms.step import chance, uniform

#: Luma of ITU-R BT.601, as Pillow and torchvision use it.
_LUMA = (0.2989, 0.587, 0.114)


def grey(images: Tensor) -> Tensor:
    """(N, 1, H, W): the luma of RGB images; images of one channel as they are."""
    if images.shape[1] == 1:
        return images
    red, green, blue = images.unbind(dim=1)
    return (_LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue).unsqueeze(1)


def adjust_brightness(images: Tensor, factors: Tensor) -> Tensor:
    """Multiply the values: 0 is black, 1 the image."""
    return (images * factors).clamp_(0, 1)


def adjust_contrast(images: Tensor, factors: Tensor) -> Tensor:
    """Move the values from the image's mean grey: 0 is that grey, 1 the image."""
    means = grey(images).mean(dim=(1, 2, 3), keepdim=True)
    return torch.lerp(means, images, factors).clamp_(0, 1)


def adjust_saturation(images: Tensor, factors: Tensor) -> Tensor:
    """Move the colours from each pixel's grey: 0 is grey, 1 the image."""
    return torch.lerp(grey(images).expand_as(images), images, factors).clamp_(0, 1)


def adjust_hue(images: Tensor, factors: Tensor) -> Tensor:
    """Turn the hue by a share of the colour circle: -0.5 and 0.5 are the complementary colours."""
    red, green, blue = images.unbind(dim=1)
    highest = torch.maximum(red, torch.maximum(green, blue))
    span = highest - torch.minimum(red, torch.minimum(green, blue))
    hue = _hue(images, highest, span) + 6 * factors.squeeze(1)
    # Going back: channel k follows a trapezium along the hue, shifted by a third of the circle.
    shifts = torch.tensor((5.0, 3.0, 1.0), device=images.device).view(1, 3, 1, 1)
    position = hue.unsqueeze(1) + shifts
    position -= (position / 6).floor_().mul_(6)  # modulo 6, several times faster than %
    share = torch.minimum(position, 4 - position).clamp_(0, 1)
    return highest.unsqueeze(1) - span.unsqueeze(1) * share


def _hue(images: Tensor, highest: Tensor, span: Tensor) -> Tensor:
    """(N, H, W): the hue of RGB images, 6 being the whole circle; 0 for grey."""
    red, green, blue = images.unbind(dim=1)
    safe = torch.where(span == 0, 1.0, span)
    from_red = (green - blue) / safe
    from_green = 2 + (blue - red) / safe
    from_blue = 4 + (red - green) / safe
    from_others = torch.where(highest == green, from_green, from_blue)
    return torch.where(highest == red, from_red, from_others)


_ADJUSTMENTS: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "brightness": adjust_brightness,
    "contrast": adjust_contrast,
    "saturation": adjust_saturation,
    "hue": adjust_hue,
}


def color_jitter(
    images: Tensor,
    generator: Generator,
    *,
    ranges: Mapping[str, tuple[float, float]],
    p: float = 1.0,
) -> Tensor:
    """Adjust ``brightness``, ``contrast``, ``saturation`` and ``hue`` by factors drawn for each image.

    Only those in ``ranges`` are adjusted, of an image with probability ``p``. Their order is random and the same for
    a batch.
    """
    if p < 1:
        chosen = chance(images, generator, p)
        return torch.where(chosen, color_jitter(images, generator, ranges=ranges), images)
    names = list(ranges)
    for number in torch.randperm(len(names), generator=generator).tolist():
        factors = uniform(images, generator, *ranges[names[number]])
        images = _ADJUSTMENTS[names[number]](images, factors)
    return images


def random_grayscale(images: Tensor, generator: Generator, *, p: float) -> Tensor:
    """Take the colour from each image with probability ``p``."""
    return torch.where(chance(images, generator, p), grey(images), images)


def gaussian_blur(
    images: Tensor,
    generator: Generator,
    *,
    kernel_size: int,
    sigma: tuple[float, float],
    p: float,
) -> Tensor:
    """Blur each image, with probability ``p``, by a Gaussian whose sigma in pixels is in ``sigma``."""
    chosen = chance(images, generator, p)
    sigmas = uniform(images, generator, *sigma)
    return torch.where(chosen, blur(images, sigmas, kernel_size), images)


def proportional_blur(
    images: Tensor, generator: Generator, *, share: float, sigma: tuple[float, float], p: float
) -> Tensor:
    """As :func:`gaussian_blur`, with a kernel of that ``share`` of the image's shorter side, but 3 at least."""
    side = max(3, 2 * round(share * min(images.shape[2:]) / 2 - 0.5) + 1)
    return gaussian_blur(images, generator, kernel_size=side, sigma=sigma, p=p)


def blur(images: Tensor, sigmas: Tensor, kernel_size: int) -> Tensor:
    """Convolve each image with a Gaussian of its own sigma (N, 1, 1, 1), reflecting at the borders."""
    half = kernel_size // 2
    places = torch.arange(-half, half + 1, device=images.device)
    weights = torch.softmax(-0.5 * (places / sigmas).square(), dim=-1)  # (N, 1, 1, K)
    for dim in (2, 3):
        padded = functional.pad(images, _sides(dim, half), mode="reflect")
        size = images.shape[dim]
        images = torch.zeros_like(images)
        for tap in range(kernel_size):
            images.addcmul_(padded.narrow(dim, tap, size), weights[..., tap : tap + 1])
    return images


def _sides(dim: int, half: int) -> list[int]:
    return [half, half, 0, 0] if dim == 3 else [0, 0, half, half]
