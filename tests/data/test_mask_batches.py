from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ablate.data.batches import Batch, TrainBatches, eval_batches
from ablate.data.prepared import VOID, Masks, Split
from ablate.data.truth import original_masks
from ablate.spec.labels import Labels, grouped_labels, plain_labels
from ablate.spec.sections import IGNORE_INDEX
from ablate.spec.values import Normalization
from ablate.testing.data_cases import data_options

#: An identity, so that pixels can be read back from images.
PLAIN = Normalization(mean=(0.0,) * 3, std=(1.0,) * 3)
NAMES = [str(number) for number in range(10)]
GROUPED = grouped_labels(NAMES, {"low": ("0", "2"), "high": ("9", "7", "8")})


@pytest.fixture
def split() -> Split:
    """18 of 21 images of 5 x 7 pixels, red in the class of each pixel times 20; originals are larger or smaller."""
    rng = np.random.default_rng(0)
    resized = rng.integers(0, 10, (21, 5, 7), np.uint8)
    resized[rng.random(resized.shape) < 0.1] = VOID
    images = np.zeros((21, 5, 7, 3), np.uint8)
    images[..., 0] = np.minimum(resized, 12) * 20
    sizes = rng.integers(3, 12, (21, 2))
    areas = sizes.prod(axis=1)
    pixels = rng.integers(0, 10, int(areas.sum()), np.uint8)
    counts = np.stack([np.bincount(mask.ravel(), minlength=256)[:10] for mask in resized])
    masks = Masks(resized, pixels, np.cumsum(areas) - areas, sizes, counts)
    rows = np.sort(rng.permutation(21)[:18])
    return Split(images, rows, np.zeros(18, np.int64), masks)


def _train(split: Split, augment: tuple[Any, ...] = (), **changes: Any) -> TrainBatches:
    steps = data_options(name="digits", augment=augment).augment
    keys = {"batch_size": 4, "augment": steps, "normalization": PLAIN, "seed": 0}
    labels = changes.pop("labels", plain_labels(NAMES))
    return TrainBatches(split, labels, device="cpu", **{**keys, **changes})


def _shown(batch: Batch) -> Tensor:
    """The classes that the images show, void as IGNORE_INDEX."""
    values = (batch.image[:, 0] * 255 / 20).round().long()
    return torch.where(values == 12, IGNORE_INDEX, values)


def _loop(labels: Labels, masks: np.ndarray) -> list[int]:
    own = dict(enumerate(labels.own.of_source))
    found = [own.get(value, -1) for value in masks.flatten().tolist()]
    return [IGNORE_INDEX if target == -1 else target for target in found]


@pytest.mark.parametrize(
    "augment", [(), ("random_horizontal_flip", {"random_vertical_flip": {"p": 0.7}})]
)
def test_targets_are_what_the_images_show(split: Split, augment: tuple[Any, ...]) -> None:
    seen = 0
    for batch in _train(split, augment).epoch(1):
        assert torch.equal(batch.target, _shown(batch))
        assert (batch.target.dtype, batch.truth) == (torch.int64, None)
        assert batch.image.is_contiguous(memory_format=torch.channels_last)
        seen += len(batch.target)
    assert seen == 18


def test_targets_of_groups(split: Split) -> None:
    assert split.masks is not None
    (batch,) = _train(split, labels=GROUPED, batch_size=18).epoch(1)
    rows = sorted(map(tuple, batch.target.flatten(1).tolist()))
    expected = [tuple(_loop(GROUPED, split.masks.resized[row])) for row in split.indices]
    assert rows == sorted(expected)


def test_every_epoch_has_each_image_once(split: Split) -> None:
    batches = _train(split)
    orders = [torch.cat([batch.image for batch in batches.epoch(number)]) for number in (1, 2)]
    assert not torch.equal(*orders)
    one, other = (sorted(images.flatten(1).sum(1).tolist()) for images in orders)
    assert one == other


@pytest.mark.parametrize("labels", [plain_labels(NAMES), GROUPED])
@pytest.mark.parametrize("together", [4 << 20, 300])
def test_evaluation_has_original_masks_and_targets_in_order(
    split: Split, labels: Labels, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ablate.data.memory._GATHERED_BYTES", together)
    assert split.masks is not None
    found = list(eval_batches(split, labels, batch_size=4, normalization=PLAIN, device="cpu"))
    assert [len(batch.target) for batch in found] == [4, 4, 4, 4, 2]
    truth = [mask for batch in found for mask in batch.truth or ()]
    targets = torch.cat([batch.target for batch in found])
    for row, mask, target in zip(split.indices.tolist(), truth, targets, strict=True):
        assert mask.dtype == torch.uint8
        assert np.array_equal(mask.numpy(), split.masks.original(row))
        assert target.flatten().tolist() == _loop(labels, split.masks.resized[row])


def test_crops_may_be_smaller_than_the_images(split: Split) -> None:
    crop = {"random_crop": {"size": 4, "padding": 0}}
    for batch in _train(split, (crop,)).epoch(1):
        assert batch.image.shape[2:] == batch.target.shape[1:] == (4, 4)
        assert torch.equal(batch.target, _shown(batch))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("share", [0.25, 0.0])
def test_a_gpu_gets_the_same_batches(
    split: Split, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ablate.data.memory._SHARE_OF_FREE_MEMORY", share)
    labels, keys = plain_labels(NAMES), {"batch_size": 4, "normalization": PLAIN}
    here = [*_train(split).epoch(1), *eval_batches(split, labels, device="cpu", **keys)]
    train = TrainBatches(split, labels, augment=(), device="cuda", seed=0, **keys)
    there = [*train.epoch(1), *eval_batches(split, labels, device="cuda", **keys)]
    for one, other in zip(here, there, strict=True):
        assert torch.equal(one.target, other.target.cpu())
        assert torch.allclose(one.image, other.image.cpu())
        for mask, again in zip(one.truth or (), other.truth or (), strict=True):
            assert torch.equal(mask, again.cpu())


def test_masks_of_different_sizes_reach_a_device_in_one_piece(split: Split) -> None:
    assert split.masks is not None
    found = original_masks(split.masks, [3, 1], torch.device("meta"))
    assert [tuple(mask.shape) for mask in found] == [
        tuple(split.masks.sizes[3]),
        tuple(split.masks.sizes[1]),
    ]
    assert {mask.device.type for mask in found} == {"meta"}
