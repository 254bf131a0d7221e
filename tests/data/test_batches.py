from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torchvision.transforms import v2

from ablate.data.batches import TrainBatches, eval_batches
from ablate.data.prepared import Split
from ablate.spec.labels import plain_labels
from ablate.spec.values import Normalization
from ablate.testing.data_cases import data_options

GREY = Normalization(mean=(0.3,), std=(0.2,))
RGB = Normalization(mean=(0.3, 0.4, 0.5), std=(0.2, 0.3, 0.4))
LABELS = plain_labels([str(row) for row in range(100)])


def _split(count: int = 21, channels: int = 1, spare: int = 5) -> Split:
    """``count`` images of a set that has ``spare`` more; the label is the row."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count + spare, 5, 7, channels), np.uint8)
    rows = np.sort(rng.permutation(count + spare)[:count])
    return Split(images, rows, rows.copy())


def _train(split: Split, augment: tuple[Any, ...] = (), **changes: Any) -> TrainBatches:
    steps = data_options(name="digits", augment=augment).augment
    normalization = GREY if split.images.shape[-1] == 1 else RGB
    keys = {"batch_size": 4, "augment": steps, "normalization": normalization, "seed": 0}
    return TrainBatches(split, LABELS, device="cpu", **{**keys, **changes})


def _targets(batches: TrainBatches, epoch: int) -> list[int]:
    return torch.cat([batch.target for batch in batches.epoch(epoch)]).tolist()


def _oracle(split: Split, rows: torch.Tensor) -> torch.Tensor:
    """Images of the set at ``rows``, normalised by torchvision."""
    normalization = GREY if split.images.shape[-1] == 1 else RGB
    images = torch.from_numpy(split.images[rows.numpy()]).permute(0, 3, 1, 2) / 255
    return v2.Normalize(list(normalization.mean), list(normalization.std))(images)


@pytest.mark.parametrize("channels", [1, 3])
def test_images_are_normalised_and_belong_to_their_targets(channels: int) -> None:
    split = _split(22, channels)
    shapes = []
    for images, target, _ in _train(split).epoch(1):
        assert torch.allclose(images, _oracle(split, target), atol=1e-6)
        assert images.dtype == torch.float32
        assert target.dtype == torch.int64
        assert images.is_contiguous(memory_format=torch.channels_last)
        shapes.append(tuple(images.shape))
    assert shapes == [(4, channels, 5, 7)] * 5 + [(2, channels, 5, 7)]


def test_an_epoch_has_each_image_once_in_an_order_of_its_own() -> None:
    split = _split(22)
    batches = _train(split)
    first, second = _targets(batches, 1), _targets(batches, 2)
    assert sorted(first) == sorted(second) == split.labels.tolist()
    assert first != second
    assert first != split.labels.tolist()


def test_any_epoch_can_be_repeated_without_those_before() -> None:
    split = _split(22)
    augment = ("random_horizontal_flip",)
    for _ in (batches := _train(split, augment)).epoch(1):
        torch.rand(3)
    expected = list(batches.epoch(2))
    torch.manual_seed(123)
    fresh = list(_train(split, augment).epoch(2))
    for (image, target, _), (again, target_again, _) in zip(expected, fresh, strict=True):
        assert torch.equal(image, again)
        assert torch.equal(target, target_again)


def test_the_global_generator_is_left_alone() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    for _ in _train(_split(), ("random_crop", "trivial_augment")).epoch(1):
        pass
    assert torch.equal(torch.get_rng_state(), before)


def test_seeds_make_other_orders() -> None:
    split = _split(22)
    assert _targets(_train(split, seed=0), 1) != _targets(_train(split, seed=1), 1)


def test_augmentation_does_not_change_the_order() -> None:
    split = _split(22)
    assert _targets(_train(split), 1) == _targets(_train(split, ("random_crop",)), 1)


@pytest.mark.parametrize(
    ("count", "batch_size", "steps", "seen"),
    [(21, 4, 5, 20), (22, 4, 6, 22), (20, 4, 5, 20), (5, 5, 1, 5), (3, 1, 3, 3)],
)
def test_only_a_last_batch_of_one_is_left_out(
    count: int, batch_size: int, steps: int, seen: int
) -> None:
    batches = _train(_split(count), batch_size=batch_size)
    assert batches.steps_per_epoch == steps
    sizes = [len(batch.target) for batch in batches.epoch(1)]
    assert len(sizes) == steps
    assert sum(sizes) == seen


@pytest.mark.parametrize("channels", [1, 3])
def test_augmented_images_are_normalised_afterwards(channels: int) -> None:
    split = _split(20, channels)
    for images, target, _ in _train(split, ({"random_horizontal_flip": {"p": 1.0}},)).epoch(1):
        assert torch.allclose(images, _oracle(split, target).flip(-1), atol=1e-6)
        assert images.is_contiguous(memory_format=torch.channels_last)


def test_concatenated_policies_make_the_epoch_longer() -> None:
    split = _split(20)
    flip = {"random_horizontal_flip": {"p": 1.0}}
    upside = {"random_vertical_flip": {"p": 1.0}}
    batches = _train(split, ({"concatenate": {"policies": ((), (flip, upside))}}, flip))
    assert batches.steps_per_epoch == 10
    seen: dict[int, list[str]] = {row: [] for row in split.labels.tolist()}
    for images, target, _ in batches.epoch(1):
        plain = _oracle(split, target)
        for image, row, original in zip(images, target.tolist(), plain, strict=True):
            flipped = torch.allclose(image, original.flip(-1), atol=1e-6)
            turned = torch.allclose(image, original.flip(-2), atol=1e-6)
            seen[row].append("flipped" if flipped else "turned" if turned else "neither")
    assert all(sorted(found) == ["flipped", "turned"] for found in seen.values())


def test_large_sets_are_gathered_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    split = _split(22)
    whole = [batch.image for batch in _train(split).epoch(1)]
    monkeypatch.setattr("ablate.data.memory._GATHERED_BYTES", 300)
    parts = [batch.image for batch in _train(split).epoch(1)]
    assert all(torch.equal(one, other) for one, other in zip(whole, parts, strict=True))


@pytest.mark.parametrize("channels", [1, 3])
def test_evaluation_sees_every_image_once_in_order(channels: int) -> None:
    split = _split(21, channels)
    normalization = GREY if channels == 1 else RGB
    found = list(
        eval_batches(split, LABELS, batch_size=4, normalization=normalization, device="cpu")
    )
    assert [len(batch.target) for batch in found] == [4] * 5 + [1]
    assert [batch.truth for batch in found] == [None] * 6
    rows = torch.cat([batch.target for batch in found])
    assert rows.tolist() == split.labels.tolist()
    assert torch.allclose(
        torch.cat([batch.image for batch in found]), _oracle(split, rows), atol=1e-6
    )


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("share", [0.25, 0.0])
def test_a_gpu_gets_the_same_batches(share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ablate.data.memory._SHARE_OF_FREE_MEMORY", share)
    augment = ("random_crop", "random_horizontal_flip")
    split = _split(22, 3)
    here = list(_train(split, augment).epoch(1))
    steps = data_options(name="digits", augment=augment).augment
    there = TrainBatches(
        split, LABELS, batch_size=4, augment=steps, normalization=RGB, device="cuda", seed=0
    ).epoch(1)
    for (image, target, _), (again, target_again, _) in zip(here, there, strict=True):
        assert torch.allclose(image, again.cpu(), atol=1e-5)
        assert torch.equal(target, target_again.cpu())


def test_views_of_an_image_differ_and_stand_one_after_the_other() -> None:
    split = _split(22, 3)
    flip = ({"random_horizontal_flip": {"p": 0.5}},)
    batches = _train(split, flip, views=2)
    pairs = 0
    for images, target, _ in batches.epoch(1):
        assert len(images) == 2 * len(target)
        assert images.is_contiguous(memory_format=torch.channels_last)
        plain = _oracle(split, target)
        for view in images.chunk(2):
            for image, original in zip(view, plain, strict=True):
                same = [torch.allclose(image, o, atol=1e-6) for o in (original, original.flip(-1))]
                assert any(same)
        pairs += sum(not torch.equal(*pair) for pair in zip(*images.chunk(2), strict=True))
    assert 0 < pairs < 22


def test_one_view_is_the_first_of_two_in_the_first_batch() -> None:
    split = _split(8)
    one, two = (_train(split, ("random_crop",), batch_size=8, views=views) for views in (1, 2))
    alone, pair = next(iter(one.epoch(3))), next(iter(two.epoch(3)))
    assert torch.equal(alone.image, pair.image[:8])
    assert torch.equal(alone.target, pair.target)
