"""Images with their masks, through whole augmentations."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator, Tensor

from ablate.data.augment.step import mask_problems
from ablate.data.transforms.pipeline import Pipeline
from ablate.errors import DataError
from ablate.registry import table
from ablate.spec.sections import AugmentOptions
from ablate.testing.augment_cases import example


def _step(name: str, **keys: Any) -> AugmentOptions:
    found: AugmentOptions = table("augmentation").get(name).model_validate({"name": name, **keys})
    return found


_REGISTERED = [
    example(table("augmentation").get(name)) for name in table("augmentation").own_names()
]
SUITABLE = [step for step in _REGISTERED if not mask_problems(step)]
SUITABLE += [
    _step("random_crop", size=(6, 7)),
    _step("random_rotation", degrees=180.0, interpolation="nearest"),
    _step("concatenate", policies=((), "random_scale", ("random_rotation", "random_erasing"))),
]


def _batch(seed: int, count: int = 12, height: int = 9, width: int = 11) -> tuple[Tensor, Tensor]:
    generator = Generator().manual_seed(seed)
    pixels = torch.randint(256, (count, 3, height, width), generator=generator, dtype=torch.uint8)
    masks = torch.randint(7, (count, height, width), generator=generator, dtype=torch.uint8)
    return pixels, masks.masked_fill_(masks == 6, 255)


def _which(pipeline: Pipeline, seed: int, count: int = 12) -> Tensor:
    return torch.randint(pipeline.passes, (count,), generator=Generator().manual_seed(seed))


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.sampled_from(SUITABLE[:-1]), max_size=3),
    concatenate=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_masks_change_nothing_about_images(
    steps: list[AugmentOptions], concatenate: bool, seed: int
) -> None:
    augment = [SUITABLE[-1], *steps] if concatenate else steps
    crops = [step for step in augment if getattr(step, "size", None) == (6, 7)]
    pipeline = Pipeline([step for step in augment if step not in crops] + crops[:1])
    pixels, masks = _batch(seed)
    which = _which(pipeline, seed)
    alone, both = Generator().manual_seed(seed), Generator().manual_seed(seed)
    expected = pipeline(pixels, alone, which)
    images, moved = pipeline.with_masks(pixels, masks, both, which)
    assert torch.equal(images, expected)
    assert torch.equal(alone.get_state(), both.get_state()), "nor about what is drawn next"
    assert moved.shape == (len(images), *images.shape[2:])
    assert set(moved.flatten().tolist()) <= {*range(6), 255}
    assert all(torch.equal(*pair) for pair in zip((pixels, masks), _batch(seed), strict=True))


MOVES = [step for step in SUITABLE if getattr(step, "moves_pixels", None)]


@pytest.mark.parametrize("step", MOVES, ids=lambda step: type(step).__name__)
def test_blocks_and_their_masks_stay_together(step: AugmentOptions) -> None:
    blocks = torch.arange(16, dtype=torch.uint8).view(4, 4) * 10 + 20
    masks = blocks.repeat_interleave(24, 0).repeat_interleave(24, 1).expand(20, -1, -1)
    pixels = masks[:, None].expand(-1, 3, -1, -1)
    pipeline = Pipeline([step, _step("random_horizontal_flip")])
    images, moved = pipeline.with_masks(
        pixels, masks, Generator().manual_seed(0), torch.zeros(20, dtype=torch.long)
    )
    void = moved == 255
    seen = torch.where(void, 255, (images[:, 0] * 255).round().to(torch.uint8))
    same = _constant(moved) & ~void
    assert torch.equal(seen[same], moved[same])
    assert (images[:, 0][_constant(moved) & void] == 0).all()
    assert void[images[:, 0] == 0].all()


def _constant(masks: Tensor) -> Tensor:
    """(N, H, W) bool: pixels in the middle of a square of one class, as wide as a pixel becomes at most."""
    floats = torch.nn.functional.pad(masks[:, None].float(), [4] * 4, value=300.0)
    highest = torch.nn.functional.max_pool2d(floats, 9, stride=1)
    lowest = -torch.nn.functional.max_pool2d(-floats, 9, stride=1)
    return (highest == lowest)[:, 0]


@pytest.mark.parametrize(
    "step",
    [_step("random_rotation", degrees=40.0), _step("random_scale"), _step("random_resized_crop")],
    ids=lambda step: step.name,
)
def test_masks_are_less_than_a_pixel_from_their_images(step: AugmentOptions) -> None:
    columns = torch.arange(1, 61, dtype=torch.uint8)
    for masks in (columns.expand(20, 50, -1), columns[:50, None].expand(20, -1, 60)):
        images, moved = Pipeline([step]).with_masks(
            masks[:, None], masks, Generator().manual_seed(0), torch.zeros(20, dtype=torch.long)
        )
        framed = torch.nn.functional.pad((moved == 255).float(), [1] * 4, value=1.0)
        inside = torch.nn.functional.max_pool2d(framed, 3, stride=1) == 0
        distance = (images[:, 0] * 255 - moved)[inside].abs()
        assert 0.3 < distance.max() < 0.51, "half a pixel, which is what the nearest can be away"


@pytest.mark.parametrize(
    "step",
    [
        _step("auto_augment"),
        _step("concatenate", policies=("random_scale", ("random_crop", "trivial_augment"))),
    ],
)
def test_steps_that_know_no_masks_are_refused(step: AugmentOptions) -> None:
    pipeline = Pipeline([step])
    pixels, masks = _batch(0)
    with pytest.raises(DataError, match="torchvision does not do the same to masks"):
        pipeline.with_masks(pixels, masks, Generator(), _which(pipeline, 0))


def test_no_steps_keep_all() -> None:
    pixels, masks = _batch(0)
    which = torch.zeros(12, dtype=torch.long)
    images, same = Pipeline([]).with_masks(pixels, masks, Generator(), which)
    assert torch.equal(images, pixels / 255)
    assert torch.equal(same, masks)
