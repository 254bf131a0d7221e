from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from ablate.data.augment.step import Augmentation
from ablate.registry import table
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


def test_concatenate_stands_first() -> None:
    concatenate = {"concatenate": {"policies": ("random_crop",)}}
    assert data_options(name="digits", augment=(concatenate, "random_crop"))
    with pytest.raises(ValidationError, match="must be the first step, not number 2"):
        data_options(name="digits", augment=("random_crop", concatenate))
