from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ablate.metrics.class_sums import ClassSums, mean_over_classes
from ablate.report.statistics import mcnemar_p, paired_bootstrap


def share(sums):
    """Accuracy from the number of right images and that of all."""
    return sums[..., 0] / sums[..., 1]


def images(right):
    return np.stack([np.asarray(right, float), np.ones(len(right))], axis=1)


def two_models(seed, number=800, first=0.75, second=0.7):
    generator = np.random.default_rng(seed)
    common = generator.random(number) < 0.5  # images on which the two agree
    rights = [generator.random(number) < p for p in (first, second)]
    return rights[0], np.where(common, rights[0], rights[1])


def test_accuracy_as_scipy_has_it():
    first, second = two_models(3)
    reference = stats.bootstrap(
        (first.astype(float), second.astype(float)),
        lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis),
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=6000,
        rng=np.random.default_rng(0),
    ).confidence_interval
    found = paired_bootstrap(images(first), images(second), share, resamples=6000)
    assert found == pytest.approx(tuple(reference), abs=0.003)


def masks(seed, number, classes, error):
    """True and predicted pixels (N, 30) of two networks; each image has few of the classes."""
    generator = np.random.default_rng(seed)
    palette = generator.integers(0, classes, (number, 2))
    true = np.take_along_axis(palette, generator.integers(0, 2, (number, 30)), axis=1)
    noise = generator.integers(0, classes, (2, number, 30))
    rates = np.array(error)[:, None, None] * generator.random((1, number, 1)) * 2
    wrong = generator.random((2, number, 30)) < rates
    return true, np.where(wrong, noise, true)


def class_sums(true, predicted, classes):
    own = np.arange(classes)[None, None, :]
    of_true, of_predicted = true[..., None] == own, predicted[..., None] == own
    parts = (of_true & of_predicted, of_true, of_predicted)
    return np.hstack([part.sum(axis=1) for part in parts]).astype(float)


def jaccard(true, predicted):
    """Mean IoU of the classes that occur, from the sets of their pixels."""
    present = set(true.tolist()) | set(predicted.tolist())
    both = [
        ((true == k) & (predicted == k)).sum() / ((true == k) | (predicted == k)).sum()
        for k in present
    ]
    return sum(both) / len(both)


def miou(sums):
    return mean_over_classes(ClassSums(*np.split(sums, 3, axis=-1)).iou())


def test_mean_iou_as_a_loop_over_images_has_it():
    true, (first, second) = masks(1, number=40, classes=6, error=(0.2, 0.3))
    found = paired_bootstrap(
        class_sums(true, first, 6), class_sums(true, second, 6), miou, resamples=4000
    )
    generator = np.random.default_rng(9)
    deltas = []
    for _ in range(500):
        drawn = generator.integers(0, 40, 40)
        values = [jaccard(true[drawn].ravel(), part[drawn].ravel()) for part in (first, second)]
        deltas.append(values[0] - values[1])
    assert found == pytest.approx(np.quantile(deltas, [0.025, 0.975]), abs=0.012)
    assert found.high - found.low > 0.03


def test_the_same_images_are_drawn_for_both():
    # the second model is right where the first is, and on 40 images more: drawn apart, this would drown
    first = np.arange(1000) % 2 == 0
    second = first.copy()
    second[1:81:2] = True
    found = paired_bootstrap(images(second), images(first), share)
    assert 0.025 < found.low < 0.04 < found.high < 0.055


def test_the_same_numbers_every_time_whatever_the_order():
    first, second = two_models(5)
    found = paired_bootstrap(images(first), images(second), share)
    assert found == paired_bootstrap(images(first), images(second), share)
    order = np.random.default_rng(0).permutation(len(first))
    assert found == paired_bootstrap(images(first[order]), images(second[order]), share)
    true, (one, other) = masks(1, number=40, classes=6, error=(0.2, 0.3))
    sums = [class_sums(true, predicted, 6) for predicted in (one, other)]
    whole = paired_bootstrap(*sums, miou)
    assert whole == paired_bootstrap(*(part[::-1] for part in sums), miou)


def test_the_draws_do_not_change_with_versions():
    first = np.array([True] * 60 + [False] * 40)
    second = np.array([True] * 40 + [False] * 30 + [True] * 30)
    found = paired_bootstrap(images(first), images(second), share)
    assert found == pytest.approx(PINNED[0], abs=1e-12)
    every = np.arange(100.0)  # each image of a kind of its own
    found = paired_bootstrap(
        np.stack([every, np.ones(100)], axis=1),
        np.stack([every[::-1], np.ones(100)], axis=1),
        share,
    )
    assert found == pytest.approx(PINNED[1], abs=1e-12)


PINNED = ((-0.23, 0.03), (-10.561, 11.5405))


def test_swapping_the_models_mirrors_the_interval():
    first, second = two_models(7)
    found = paired_bootstrap(images(first), images(second), share)
    mirrored = paired_bootstrap(images(second), images(first), share)
    assert mirrored == pytest.approx((-found.high, -found.low), abs=0.003)


def test_too_few_different_images_give_none():
    first = np.ones(10_000, bool)
    second = first.copy()
    second[:19] = False
    assert paired_bootstrap(images(first), images(second), share) is None
    second[:20] = False
    assert paired_bootstrap(images(first), images(second), share) is not None
    assert paired_bootstrap(images(first), images(first), share) is None


def test_undefined_resamples_are_left_out():
    # the class stands in one image: without it there is nothing to divide
    first = np.zeros((60, 2))
    first[0] = (3, 4)
    second = np.ones((60, 2)) * (1, 3)

    def ratio(sums):
        hits, total = sums[..., 0], sums[..., 1]
        return np.divide(hits, total, out=np.full(hits.shape, np.nan), where=total > 0)

    found = paired_bootstrap(first, second, ratio)
    assert found == pytest.approx((3 / 4 - 1 / 3, 3 / 4 - 1 / 3))
    assert paired_bootstrap(np.zeros((60, 2)), second, ratio) is None


def test_models_of_other_images_are_refused():
    with pytest.raises(ValueError, match="same images"):
        paired_bootstrap(np.ones((30, 2)), np.ones((31, 2)), share)


def test_of_500_test_sets_without_a_difference_one_in_twenty_excludes_0():
    """Two models that are equally often right, on 500 test sets of 400 images."""
    generator = np.random.default_rng(2)
    excluded = tested = 0
    for _ in range(500):
        easy = generator.random(400) < 0.6
        rights = [easy | (generator.random(400) < 0.4) for _ in range(2)]
        found = paired_bootstrap(*map(images, rights), share)
        excluded += found.low > 0 or found.high < 0
        gained = np.count_nonzero(rights[0] > rights[1])
        lost = np.count_nonzero(rights[0] < rights[1])
        tested += mcnemar_p(int(gained), int(lost)) < 0.05
    assert 0.025 <= excluded / 500 <= 0.075
    assert tested / 500 <= 0.06


def test_of_300_test_sets_of_masks_without_a_difference_few_exclude_0():
    excluded = 0
    for seed in range(300):
        true, predicted = masks(seed, number=100, classes=4, error=(0.25, 0.25))
        sums = [class_sums(true, one, 4) for one in predicted]
        found = paired_bootstrap(*sums, miou, resamples=500)
        excluded += found.low > 0 or found.high < 0
    assert 0.02 <= excluded / 300 <= 0.09
