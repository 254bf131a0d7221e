from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, average_precision_score, f1_score, jaccard_score
from torch.nn import functional

from ablate.metrics.counts import Counts
from ablate.metrics.mask_tally import MaskTally, score_levels
from ablate.metrics.pixel_scores import LEVELS
from ablate.spec.labels import Groups, Labels, grouped_labels, plain_labels
from ablate.spec.sections import IGNORE_INDEX
from ablate.tasks.segmentation import Segmentation

TASK = Segmentation()
LOSS = torch.tensor(0.5)
NAMES = ("car", "bus", "sky", "tree")
COARSE: Groups = {"vehicle": ("car", "bus"), "rest": ("sky", "tree")}


def one_hot(predicted: Sequence[Sequence[int]], num_classes: int) -> torch.Tensor:
    """Logits (1, C, H, W) of certain predictions."""
    hot = functional.one_hot(torch.tensor(predicted), num_classes)
    return 10.0 * hot.permute(2, 0, 1).float().unsqueeze(0)


def mask(rows: Sequence[Sequence[int]]) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.uint8)


def counted(
    labels: Labels, logits: torch.Tensor, truth: Sequence[torch.Tensor], cuts: Sequence[int] = ()
) -> Counts:
    """The counts of some images, added in parts."""
    tally = MaskTally(labels, "cpu", scores=True)
    edges = [0, *sorted(cuts), len(truth)]
    for first, last in pairwise(edges):
        target = torch.zeros(last - first, *logits.shape[2:], dtype=torch.int64)
        if last > first:
            tally.add(logits[first:last], target, LOSS, truth[first:last])
    return tally.compute()


def random_masks(
    seed: int, sizes: Sequence[tuple[int, int]], classes: int, void: float
) -> list[torch.Tensor]:
    generator = np.random.default_rng(seed)
    masks = []
    for size in sizes:
        values = generator.integers(0, classes, size)
        values[generator.random(size) < void] = 255
        masks.append(torch.from_numpy(values.astype(np.uint8)))
    return masks


def test_the_worked_example_with_void_pixels_and_an_absent_class() -> None:
    truth = mask([[0, 0, 1, 1], [0, 2, 1, 255], [2, 2, 255, 255]])
    logits = one_hot([[0, 1, 1, 1], [0, 2, 0, 3], [2, 0, 1, 0]], 4)
    counts = counted(plain_labels("abcd"), logits, [truth])
    expected = [[2, 1, 0, 0], [1, 2, 0, 0], [1, 0, 2, 0], [0, 0, 0, 0]]
    assert counts.confusion.counts.tolist() == expected
    assert counts.confusion.iou() == pytest.approx([0.4, 0.5, 2 / 3, float("nan")], nan_ok=True)
    scores = TASK.score(counts, plain_labels("abcd"))
    assert scores["miou"] == pytest.approx(0.5222222)
    assert scores["pixel_accuracy"] == pytest.approx(2 / 3)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.lists(st.sampled_from([(6, 8), (9, 5), (12, 16)]), min_size=1, max_size=4),
    classes=st.integers(1, 4),
    void=st.sampled_from([0.0, 0.4, 1.0]),
)
def test_equal_to_scikit_learn_at_the_size_of_each_mask(
    seed: int, sizes: list[tuple[int, int]], classes: int, void: float
) -> None:
    """Absent classes, all pixels void and a single class among the examples."""
    labels = plain_labels(NAMES[:classes])
    truth = random_masks(seed, sizes, classes, void)
    logits = torch.randn(len(sizes), classes, 6, 8, generator=torch.Generator().manual_seed(seed))
    counts = counted(labels, logits, truth)
    enlarged = [
        functional.interpolate(one[None], own.shape, mode="bilinear")
        if own.shape != (6, 8)
        else one[None]
        for one, own in zip(logits, truth, strict=True)
    ]
    kept = [own.flatten() != 255 for own in truth]
    true = torch.cat([own.flatten()[keep] for own, keep in zip(truth, kept, strict=True)]).numpy()
    flat = [one[0].flatten(1).T[keep] for one, keep in zip(enlarged, kept, strict=True)]
    predicted = torch.cat([one.argmax(1) for one in flat]).numpy()
    scores = TASK.score(counts, labels)
    if not len(true):
        assert np.isnan(scores["miou"])
        assert np.isnan(scores["pixel_ap"])
        return
    every = sorted({*true.tolist(), *predicted.tolist()})
    reference = {
        "miou": jaccard_score(true, predicted, labels=every, average="macro", zero_division=0),
        "dice": f1_score(true, predicted, labels=every, average="macro", zero_division=0),
        "pixel_accuracy": accuracy_score(true, predicted),
    }
    for name, value in reference.items():
        assert scores[name] == pytest.approx(value), name
    odds = torch.cat(flat).double()
    others = torch.stack(
        [
            torch.cat([odds[:, :k], odds[:, k + 1 :]], 1).logsumexp(1)
            if classes > 1
            else odds[:, 0] - 999
            for k in range(classes)
        ],
        dim=1,
    )
    exact = ((odds - others).clamp(-128, 128) + 128) * LEVELS / 256
    levels = score_levels(torch.cat(flat).T[None, :, :, None])[0, :, :, 0].T.numpy()
    assert np.abs(levels - exact.int().clamp(max=LEVELS - 1).numpy()).max() <= 1
    assert counts.pixel_ap is not None
    for label, value in enumerate(counts.pixel_ap):
        if (true == label).any():
            expected = average_precision_score(true == label, levels[:, label])
            assert value == pytest.approx(expected, abs=1e-9)
        else:
            assert np.isnan(value)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 5), max_size=4))
def test_batches_of_any_size_add_up(seed: int, cuts: list[int]) -> None:
    labels = grouped_labels(NAMES, COARSE)
    truth = random_masks(seed, [(5, 4), (5, 4), (4, 4), (7, 3), (5, 4)], 4, 0.2)
    logits = torch.randn(5, 2, 5, 4, generator=torch.Generator().manual_seed(seed))
    whole, parts = counted(labels, logits, truth), counted(labels, logits, truth, cuts)
    assert whole.confusion == parts.confusion
    assert np.array_equal(whole.source, parts.source)
    assert np.array_equal(whole.pixel_ap, parts.pixel_ap, equal_nan=True)
    assert (whole.images, whole.loss) == (parts.images, parts.loss)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.permutations(NAMES), st.integers(1, 4))
def test_coarser_spaces_are_those_of_merged_pixels(
    seed: int, order: tuple[str, ...], named: int
) -> None:
    """Scoring a network of all classes in groups is relabelling both masks and counting again."""
    groups: Groups = {
        "x": tuple(order[: (named + 1) // 2]),
        "y": tuple(order[(named + 1) // 2 : named]),
    }
    groups = {name: members for name, members in groups.items() if members}
    labels = grouped_labels(NAMES, None, {"few": groups})
    truth = random_masks(seed, [(6, 6)] * 2, 4, 0.1)
    logits = torch.randn(2, 4, 6, 6, generator=torch.Generator().manual_seed(seed))
    counts = counted(labels, logits, truth).within(labels.spaces["few"])
    lookup = {NAMES.index(m): k for k, members in enumerate(groups.values()) for m in members}
    expected = np.zeros((len(groups), len(groups) + 1), np.int64)
    for own, one in zip(truth, logits, strict=True):
        for true, predicted in zip(
            own.flatten().tolist(), one.argmax(0).flatten().tolist(), strict=True
        ):
            if true in lookup:
                expected[lookup[true], lookup.get(predicted, len(groups))] += 1
    assert np.array_equal(counts.confusion.counts, expected[:, :-1])
    assert np.array_equal(counts.confusion.support, expected.sum(axis=1))


def test_a_network_of_groups_is_scored_in_its_own_space_under_both_names() -> None:
    labels = grouped_labels(
        NAMES, COARSE, {"two": COARSE, "three": {"car": ("car",), "sky": ("sky",)}}
    )
    assert list(labels.spaces) == ["two"], "its classes cut through those of the other"
    truth = random_masks(3, [(6, 6)], 4, 0.1)
    counts = counted(labels, torch.randn(1, 2, 6, 6), truth)
    scores = TASK.score(counts, labels)
    assert scores["miou"] == scores["miou@two"]
    by_class = TASK.score_classes(counts, labels)
    assert by_class["iou/vehicle"] == by_class["iou@two/vehicle"]
    assert "pixel_ap@two/vehicle" not in by_class


def test_while_training_targets_are_the_networks_classes() -> None:
    tally = MaskTally(plain_labels("ab"), "cpu", scores=False)
    target = torch.tensor([[[0, 1], [IGNORE_INDEX, 1]]])
    tally.add(one_hot([[0, 0], [1, 1]], 2), target, LOSS)
    counts = tally.compute()
    assert counts.confusion.counts.tolist() == [[1, 0], [1, 1]]
    assert counts.loss == 0.5
    assert counts.source is None


@pytest.mark.parametrize("scale", [1.0, 8.0, 20.0])
def test_how_sure_a_network_is_does_not_change_how_it_ranks(scale: float) -> None:
    """Against scikit-learn on exact probabilities; binned probabilities would fall to .95 of it."""
    generator = torch.Generator().manual_seed(0)
    truth = torch.randint(0, 3, (64, 64), generator=generator)
    logits = torch.randn(1, 3, 64, 64, generator=generator)
    logits += 2.5 * functional.one_hot(truth, 3).permute(2, 0, 1)
    counts = counted(plain_labels("abc"), scale * logits, [truth.to(torch.uint8)])
    assert counts.pixel_ap is not None
    odds = (scale * logits[0].double()).flatten(1)
    for label, value in enumerate(counts.pixel_ap):
        rest = torch.cat([odds[:label], odds[label + 1 :]]).logsumexp(0)
        expected = average_precision_score((truth.flatten() == label).numpy(), odds[label] - rest)
        assert value == pytest.approx(expected, abs=2e-3)


def test_what_is_no_number_is_counted_without_a_word() -> None:
    """The loss says that training went wrong; counting must not get in its way."""
    logits = torch.full((1, 3, 4, 4), float("nan"))
    counts = counted(plain_labels("abc"), logits, [torch.zeros(4, 4, dtype=torch.uint8)])
    assert counts.confusion.total == 16
