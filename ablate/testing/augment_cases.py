"""Contract of augmentations; :func:`check_augmentation` tests one of one's own."""

from __future__ import annotations

from typing import Any

import torch

from ablate.data.augment.step import Augmentation
from ablate.spec.sections import AugmentOptions
from ablate.spec.values import ImageShape


def example(member: type[AugmentOptions]) -> AugmentOptions:
    """Options of an augmentation: defaults, and the first example of every field that has one."""
    fields = member.model_fields.items()
    keys: dict[str, Any] = {name: f.examples[0] for name, f in fields if f.examples}
    return member.model_validate(keys)


def images_like(count: int, shape: ImageShape, seed: int = 0) -> torch.Tensor:
    """(count, C, H, W) float32: copies of one image of random pixels in 0..1."""
    generator = torch.Generator().manual_seed(seed)
    image = torch.rand(1, shape.channels, shape.height, shape.width, generator=generator)
    return image.expand(count, -1, -1, -1).clone()


def check_augmentation(options: AugmentOptions) -> None:
    """Assert all that is asked of an augmentation, on grey and on RGB images."""
    usable = 0
    for channels in (1, 3):
        shape = ImageShape(channels=channels, height=14, width=18)
        if isinstance(options, Augmentation) and options.problems(shape):
            continue
        usable += 1
        _check_tensors(options, shape)
        _check_randomness(options, shape)
    assert usable, "usable on grey or on RGB images"


def _check_tensors(options: AugmentOptions, shape: ImageShape) -> None:
    for count in (1, 5):
        images = images_like(count, shape)
        kept = images.clone()
        changed = options.build()(images, torch.Generator().manual_seed(1))
        assert torch.equal(images, kept), "the input stays as it is"
        assert changed.shape == images.shape
        assert changed.dtype == torch.float32
        assert changed.isfinite().all()
        assert changed.min() >= 0
        assert changed.max() <= 1 + 1e-6
    last = images_like(5, shape).to(memory_format=torch.channels_last)
    again = options.build()(last, torch.Generator().manual_seed(1))
    assert torch.allclose(again, changed, atol=1e-6), "the memory format changes nothing"


def _check_randomness(options: AugmentOptions, shape: ImageShape) -> None:
    images = images_like(64, shape)
    step = options.build()
    torch.manual_seed(0)
    before = torch.get_rng_state()
    first = step(images, torch.Generator().manual_seed(1))
    assert torch.equal(torch.get_rng_state(), before), "the global generator is left alone"
    torch.manual_seed(5)
    again = step(images, torch.Generator().manual_seed(1))
    assert torch.equal(first, again), "the generator alone decides"
    other = step(images, torch.Generator().manual_seed(2))
    assert not torch.equal(first, other), "another seed, another result"
    distinct = {bytes(image.numpy().tobytes()) for image in first}
    assert len(distinct) > 1, "each image has parameters of its own"
