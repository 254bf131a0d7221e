from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
import torch
from pydantic import ValidationError
from torch import Generator, Tensor

from ablate.data.augment.step import (
    Augmentation,
    build_step,
    mask_problems,
    output_shape,
    problems,
)
from ablate.data.transforms.pipeline import Pipeline
from ablate.errors import DataError
from ablate.registry import table
from ablate.spec.options import identity_tree
from ablate.spec.plugins import StandIn
from ablate.spec.sections import AugmentOptions
from ablate.spec.values import ImageShape
from ablate.testing.augment_cases import check_augmentation, example
from ablate.testing.data_cases import data_options

NAMES = table("augmentation").own_names()


def _step(name: str, **keys: Any) -> AugmentOptions:
    found: AugmentOptions = table("augmentation").get(name).model_validate(keys)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_contract(name: str) -> None:
    check_augmentation(example(table("augmentation").get(name)))


@pytest.mark.parametrize("policy", ["imagenet", "cifar10", "svhn"])
def test_policies_of_auto_augment(policy: str) -> None:
    check_augmentation(_step("auto_augment", policy=policy))


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("random_crop", {"padding": 0}),
        ("random_crop", {"padding": -1}),
        ("random_crop", {"size": 0}),
        ("random_crop", {"size": (8, 0)}),
        ("random_crop", {"size": (8, 8, 8)}),
        ("random_scale", {"scale": (1.0, 1.0)}),
        ("random_scale", {"scale": (2.0, 0.5)}),
        ("random_horizontal_flip", {"p": 1.5}),
        ("random_rotation", {"degrees": 0.0}),
        ("random_rotation", {"degrees": 181.0}),
        ("color_jitter", {}),
        ("color_jitter", {"hue": 0.6}),
        ("random_resized_crop", {"scale": (0.5, 0.1)}),
        ("random_resized_crop", {"scale": (0.5, 1.5)}),
        ("random_resized_crop", {"ratio": (0.0, 1.0)}),
        ("random_erasing", {"value": 2.0}),
        ("cutout", {}),
        ("cutout", {"size": 0}),
        ("gaussian_blur", {"kernel_size": 4}),
        ("auto_augment", {"policy": "mnist"}),
        ("rand_augment", {"magnitude": 31}),
        ("concatenate", {"policies": ()}),
        ("concatenate", {"policies": ({"concatenate": {"policies": ("random_crop",)}},)}),
    ],
)
def test_impossible_options_are_refused(name: str, keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        _step(name, **keys)


@pytest.mark.parametrize(
    ("name", "keys", "shape", "message"),
    [
        ("color_jitter", {"saturation": 0.1, "hue": 0.1}, (1, 9, 9), "saturation and hue need RGB"),
        ("random_grayscale", {}, (1, 9, 9), "needs RGB images, these have 1 channel"),
        ("cutout", {"size": 8}, (3, 8, 9), "size 8 must be smaller than the images"),
        ("gaussian_blur", {"kernel_size": 9}, (3, 4, 9), "Use at most 7"),
        ("random_crop", {"size": 10}, (3, 9, 12), "size 10 x 10 is larger than the images, which"),
        ("random_crop", {"size": (9, 13), "padding": 1}, (3, 9, 10), "11 x 12 with their padding"),
    ],
)
def test_problems_name_the_remedy(
    name: str, keys: dict[str, Any], shape: tuple[int, int, int], message: str
) -> None:
    step = _step(name, **keys)
    assert isinstance(step, Augmentation)
    channels, height, width = shape
    (problem,) = step.problems(ImageShape(channels=channels, height=height, width=width))
    assert message in problem
    assert step.problems(ImageShape(channels=3, height=32, width=32)) == []


def test_concatenate_takes_steps_and_lists_of_steps() -> None:
    step = _step(
        "concatenate", policies=("random_crop", ("random_crop", {"cutout": {"size": 3}}), ())
    )
    assert [len(policy) for policy in step.policies] == [1, 2, 0]


@pytest.mark.parametrize("keys", [{"size": 8}, {"size": (6, 9)}, {"size": 16, "padding": 2}])
def test_contract_of_smaller_crops(keys: dict[str, Any]) -> None:
    check_augmentation(_step("random_crop", **keys))


def test_padding_follows_the_size() -> None:
    assert _step("random_crop").padding == 4
    assert _step("random_crop", size=8).padding == 0
    assert _step("random_crop", size=8, padding=2).padding == 2
    with pytest.raises(ValidationError, match="size must be at least 1"):
        _step("random_crop", size=0)


def test_the_size_left_out_changes_no_identity() -> None:
    assert identity_tree(_step("random_crop")) == {"name": "", "padding": 4}
    assert identity_tree(_step("random_crop", size=8)) == {"name": "", "size": 8, "padding": 0}


def test_steps_see_what_those_before_them_left() -> None:
    shape = ImageShape(channels=3, height=20, width=30)
    crop, cutout = _step("random_crop", size=(8, 10)), _step("cutout", size=8)
    assert output_shape((crop, cutout), shape) == ImageShape(channels=3, height=8, width=10)
    assert problems((cutout, crop), shape) == []
    (problem,) = problems((crop, cutout), shape)
    assert "cutout's size 8 must be smaller than the images, which are 8 x 10" in problem
    (problem,) = problems((crop, _step("random_crop", size=9)), shape)
    assert "size 9 x 9 is larger than the images, which are 8 x 10" in problem


def test_policies_agree_on_a_size() -> None:
    shape = ImageShape(channels=3, height=20, width=30)
    crop = {"random_crop": {"size": 8}}
    same = _step("concatenate", policies=(crop, ("random_scale", crop)))
    assert problems((same,), shape) == []
    assert output_shape((same,), shape) == ImageShape(channels=3, height=8, width=8)
    different = _step("concatenate", policies=(crop, (crop, {"cutout": {"size": 8}}), ()))
    cutout, sizes = problems((different,), shape)
    assert "which are 8 x 8" in cutout
    assert "concatenate give images of 8 x 8 and 20 x 30. Crop to one size" in sizes


def test_which_steps_masks_can_follow() -> None:
    found = {name for name in NAMES if mask_problems(example(table("augmentation").get(name)))}
    assert found == {"auto_augment", "concatenate", "rand_augment", "simclr", "trivial_augment"}


class Silent(AugmentOptions):
    """A step of a plugin that says nothing about masks."""

    def build(self) -> Callable[[Tensor, Generator], Tensor]:
        return lambda images, _: images


class Unlabelled(Augmentation):
    """The same with the base class of ablate's own."""


class Colours(Silent):
    """One that leaves pixels where they are."""

    moves_pixels: ClassVar[bool] = False


class Pretender(Silent):
    """One that promises more than it builds."""

    moves_pixels: ClassVar[bool] = True


@pytest.mark.parametrize("step", [Silent(name="mine"), Unlabelled(name="mine")])
def test_steps_that_say_nothing_are_refused(step: AugmentOptions) -> None:
    (problem,) = mask_problems(step)
    assert problem.startswith("mine does not say whether it moves pixels")
    assert "moves_pixels: ClassVar[bool] = False" in problem
    assert mask_problems(_step("concatenate", policies=(step, "random_crop"))) == [problem]


def test_steps_that_declare_themselves_are_used() -> None:
    assert mask_problems(Colours()) == []
    assert build_step(Colours())(torch.ones(1, 1, 2, 2), Generator()).shape == (1, 1, 2, 2)
    for wrong in (Pretender(name="mine"), _step("concatenate", policies=(Pretender(name="mine"),))):
        with pytest.raises(DataError, match="'mine' has moves_pixels = True, but what it builds"):
            Pipeline((wrong,))


def test_a_plugin_is_judged_where_its_code_runs() -> None:
    class Stand(AugmentOptions, StandIn):
        """A step whose code must not run here."""

    assert mask_problems(Stand()) == []


def test_concatenate_stands_first() -> None:
    concatenate = {"concatenate": {"policies": ("random_crop",)}}
    assert data_options(name="digits", augment=(concatenate, "random_crop"))
    with pytest.raises(ValidationError, match="must be the first step, not number 2"):
        data_options(name="digits", augment=("random_crop", concatenate))


def test_simclr_is_its_steps_one_after_the_other() -> None:
    images = torch.rand(30, 3, 24, 24, generator=Generator().manual_seed(3))
    jitter = {"brightness": 0.4, "contrast": 0.4, "saturation": 0.4, "hue": 0.1, "p": 0.8}
    steps = (
        _step("random_resized_crop"),
        _step("random_horizontal_flip"),
        _step("color_jitter", **jitter),
        _step("random_grayscale", p=0.2),
        _step("gaussian_blur", kernel_size=3),
    )
    generator, expected = Generator().manual_seed(1), images
    for step in steps:
        expected = step.build()(expected, generator)
    found = _step("simclr").build()(images, Generator().manual_seed(1))
    assert torch.allclose(found, expected, atol=1e-6)


def test_simclr_without_blur_on_grey_images() -> None:
    (problem,) = problems((_step("simclr", blur=0.0),), ImageShape(channels=1, height=8, width=8))
    assert "simclr needs RGB images" in problem


def test_the_probability_of_jitter_left_out_changes_no_identity() -> None:
    keys = {"brightness": 0.4}
    assert "p" not in identity_tree(_step("color_jitter", **keys))
    assert identity_tree(_step("color_jitter", p=0.5, **keys))["p"] == 0.5
