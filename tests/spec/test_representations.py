from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from ablate.spec.representations import representation_problems, representation_warnings
from ablate.spec.sections import RepresentationOptions


@pytest.mark.parametrize(
    ("options", "images", "found"),
    [
        (None, 0, 0),
        (RepresentationOptions(), 10, 0),
        (RepresentationOptions(), 9, 1),
        (RepresentationOptions(images=5000), 10, 0),
    ],
)
def test_val_needs_enough_images(
    options: RepresentationOptions | None, images: int, found: int
) -> None:
    assert len(representation_problems(options, images)) == found


@pytest.mark.parametrize(
    ("wanted", "epochs", "found"),
    [
        ((99,), 1, ["no representation is kept: a training of 1 epoch reaches no epoch 99"]),
        ((99,), 99, []),
        ((99, "last"), 3, []),
        ((99, 0.5), 3, []),
    ],
)
def test_epochs_beyond_the_training_are_warned_about(
    wanted: tuple[str | int | float, ...], epochs: int, found: list[str]
) -> None:
    assert representation_warnings(RepresentationOptions(epochs=wanted), epochs) == found


def test_without_the_section_nothing_is_warned_about() -> None:
    assert representation_warnings(None, 1) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"methods": ()}, "at least one method"),
        ({"methods": ("pca", "pca")}, "stands twice"),
        ({"methods": ("umap",)}, "'pca' or 'tsne'"),
        ({"images": 9}, "greater than or equal to 10"),
        ({"epochs": ()}, "at least one epoch"),
    ],
)
def test_wrong_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        RepresentationOptions.model_validate(options)
