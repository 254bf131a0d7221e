"""Contract of augmentations; :func:`check_augmentation` tests one of one's own."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from ablate.data.augment.step import Augmentation, mask_problems, output_shape
from ablate.data.prepared import VOID
from ablate.data.transforms.step import apply_with_masks
from ablate.spec.sections import AugmentOptions
from ablate.spec.values import ImageShape


def example(member: type[AugmentOptions]) -> AugmentOptions:
    """Options of an augmentation: defaults, and the first example of every field that has one."""
    fields = member.model_fields.items()
    keys: dict[str, Any] = {name: f.examples[0] for name, f in fields if f.examples}
    return member.model_validate(keys)


def images_like(count: int, shape: ImageShape, seed: int = 0) -> Tensor:
    """(count, C, H, W) float32: copies of one image of random pixels in 0..1."""
    generator = torch.Generator().manual_seed(seed)
    image = torch.rand(1, shape.channels, shape.height, shape.width, generator=generator)
    return image.expand(count, -1, -1, -1).clone()


def check_augmentation(options: AugmentOptions) -> None:
    """Assert all that is asked of an augmentation, on grey and on RGB images, and on masks where it suits them."""
    usable = 0
    for channels in (1, 3):
        shape = ImageShape(channels=channels, height=14, width=18)
        if isinstance(options, Augmentation) and options.problems(shape):
            continue
        usable += 1
        _check_tensors(options, shape)
        _check_randomness(options, shape)
        if not mask_problems(options):
            _check_masks(options, shape)
        if getattr(options, "moves_pixels", None):
            _check_alignment(options, shape)
    assert usable, "usable on grey or on RGB images"


def _check_tensors(options: AugmentOptions, shape: ImageShape) -> None:
    for count in (1, 5):
        images = images_like(count, shape)
        kept = images.clone()
        changed = options.build()(images, torch.Generator().manual_seed(1))
        assert torch.equal(images, kept), "the input stays as it is"
        assert changed.shape == (count, *_size(output_shape((options,), shape)))
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


def _check_masks(options: AugmentOptions, shape: ImageShape) -> None:
    images = images_like(16, shape)
    masks = (images[:, 0] * 20).to(torch.uint8)
    kept = images.clone(), masks.clone()
    step = options.build()
    alone = step(images, torch.Generator().manual_seed(1))
    changed, moved = apply_with_masks(step, images, masks, torch.Generator().manual_seed(1))
    assert torch.equal(images, kept[0]), "the images stay as they are"
    assert torch.equal(masks, kept[1]), "the masks stay as they are"
    assert torch.equal(changed, alone), "masks change nothing about the images"
    assert moved.dtype == torch.uint8
    assert moved.shape == (len(changed), *changed.shape[2:])
    classes = {*masks.flatten().tolist(), VOID}
    assert set(moved.flatten().tolist()) <= classes, "no class is invented"
    if getattr(options, "moves_pixels", None) is False:
        assert torch.equal(moved, masks), "what changes colours only leaves masks alone"


def _check_alignment(options: AugmentOptions, shape: ImageShape) -> None:
    """Every pixel of image and mask holds the number of its row or column; so they must agree afterwards."""
    rows, columns = torch.arange(1, shape.height + 1), torch.arange(1, shape.width + 1)
    for numbers in (rows[:, None].expand(-1, shape.width), columns.expand(shape.height, -1)):
        masks = numbers.to(torch.uint8).expand(64, -1, -1)
        images = (masks / VOID).unsqueeze(1).expand(-1, shape.channels, -1, -1)
        generator = torch.Generator().manual_seed(1)
        changed, moved = apply_with_masks(options.build(), images, masks, generator)
        seen = changed[:, 0] * VOID
        void = moved == VOID
        inside, outside = ~_widened(void), ~_widened(~void)
        assert inside.any(), "something is left to see"
        assert ((seen - moved)[inside].abs() <= 1).all(), "masks move as images do"
        assert (seen[outside] < 1e-3).all(), "what is void comes from outside"
        assert (moved[changed[:, 0] == 0] == VOID).all(), "what comes from outside is void"


def _widened(chosen: Tensor) -> Tensor:
    """(N, H, W) bool: the chosen pixels, those beside them and the border, where values may be mixed."""
    framed = functional.pad(chosen.float(), [1] * 4, value=1.0)
    return functional.max_pool2d(framed, 3, stride=1) > 0


def _size(shape: ImageShape) -> tuple[int, int, int]:
    return shape.channels, shape.height, shape.width
