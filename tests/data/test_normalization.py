from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as arrays

from ablate.data.normalization import from_sums, resolve_normalization
from ablate.data.place import DataPlace
from ablate.data.prepare import prepare
from ablate.data.prepared import PreparedData
from ablate.errors import DataError
from ablate.spec.values import IMAGENET, Normalization
from ablate.testing.data_cases import data_options, write_image_folder


@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=4, max_dims=4, max_side=5)))
def test_mean_and_std_are_numpys(images: np.ndarray) -> None:
    flat = images.reshape(len(images), -1, images.shape[-1]).astype(np.int64)
    sums = np.stack([flat.sum(axis=1), (flat**2).sum(axis=1)], axis=1)
    found = from_sums(sums, flat.shape[1])
    scaled = images / 255
    assert np.allclose(found.mean, scaled.mean(axis=(0, 1, 2)))
    std = scaled.std(axis=(0, 1, 2))
    assert np.allclose(found.std, np.where(std < 1e-9, 1, std))


@pytest.fixture
def rgb(root, place: DataPlace) -> PreparedData:
    return prepare(data_options(**write_image_folder(root)), place)


def _options(normalize: object):
    return data_options(name="image-folder", path="photos", normalize=normalize)


OWN = Normalization(mean=(0.1, 0.2, 0.3), std=(1.0, 1.0, 1.0))
GREY = Normalization(mean=(0.5,), std=(0.5,))


def test_auto_is_the_weights_own_or_the_train_splits(rgb: PreparedData) -> None:
    assert resolve_normalization(_options("auto"), rgb, OWN) == OWN
    assert resolve_normalization(_options("auto"), rgb, None) == rgb.normalization


def test_colour_weights_on_grey_images_use_the_mean_of_their_channels(rgb: PreparedData) -> None:
    grey = replace(rgb, shape=rgb.shape.model_copy(update={"channels": 1}))
    found = resolve_normalization(_options("auto"), grey, OWN)
    assert found.mean == pytest.approx((0.2,))
    assert found.std == (1.0,)


def test_a_named_choice_goes_before_the_weights(rgb: PreparedData) -> None:
    assert resolve_normalization(_options("train"), rgb, OWN) == rgb.normalization
    assert resolve_normalization(_options("imagenet"), rgb, OWN) == IMAGENET
    none = Normalization(mean=(0.0,) * 3, std=(1.0,) * 3)
    assert resolve_normalization(_options("none"), rgb, OWN) == none
    explicit = {"mean": (0.1, 0.2, 0.3), "std": (1.0, 1.0, 1.0)}
    assert resolve_normalization(_options(explicit), rgb, None) == OWN


@pytest.mark.parametrize(
    ("normalize", "weights", "origin"),
    [
        ("auto", GREY, "the loaded weights"),
        ({"mean": (0.5,), "std": (0.5,)}, None, "mean and std"),
    ],
)
def test_another_number_of_channels_is_an_error(
    rgb: PreparedData, normalize: object, weights: Normalization | None, origin: str
) -> None:
    with pytest.raises(DataError, match=rf"3 channels.*{origin}.*has 1"):
        resolve_normalization(_options(normalize), rgb, weights)


def test_imagenet_on_grey_images_is_an_error(rgb: PreparedData) -> None:
    grey = replace(rgb, shape=rgb.shape.model_copy(update={"channels": 1}))
    with pytest.raises(DataError, match="has 1 channel, but"):
        resolve_normalization(_options("imagenet"), grey, None)
