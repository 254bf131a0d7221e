from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from ablate.errors import DataError
from ablate.metrics.confusion import ConfusionMatrix, count


@st.composite
def labellings(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    num_classes = draw(st.integers(2, 6))
    label = st.integers(0, num_classes - 1)
    pairs = draw(st.lists(st.tuples(label, label), min_size=1, max_size=60))
    target, prediction = np.array(pairs).T
    return target, prediction, num_classes


@settings(deadline=None)
@given(labellings())
def test_it_equals_scikit_learn(case: tuple[np.ndarray, np.ndarray, int]) -> None:
    target, prediction, num_classes = case
    matrix = count(target, prediction, num_classes)
    labels = range(num_classes)
    expected = reference.confusion_matrix(target, prediction, labels=labels)
    np.testing.assert_array_equal(matrix.counts, expected)
    assert matrix.counts.dtype == np.int64
    assert matrix.accuracy() == pytest.approx(reference.accuracy_score(target, prediction))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        precision, recall, f1, support = reference.precision_recall_fscore_support(
            target, prediction, labels=labels, zero_division=np.nan
        )
        balanced = reference.balanced_accuracy_score(target, prediction)
    macro = reference.f1_score(target, prediction, average="macro", zero_division=0)
    np.testing.assert_allclose(matrix.precision(), precision)
    np.testing.assert_allclose(matrix.recall(), recall)
    np.testing.assert_allclose(matrix.f1(), f1)
    np.testing.assert_array_equal(matrix.support, support)
    assert matrix.macro_f1() == pytest.approx(macro)
    assert matrix.mean_class_accuracy() == pytest.approx(balanced)


@settings(deadline=None)
@given(labellings(), st.integers(0, 60))
def test_parts_add_up_exactly(case: tuple[np.ndarray, np.ndarray, int], cut: int) -> None:
    target, prediction, num_classes = case
    parts = [
        count(target[part], prediction[part], num_classes)
        for part in (slice(cut), slice(cut, None))
    ]
    whole = count(target, prediction, num_classes)
    assert ConfusionMatrix.empty(num_classes).merge(parts[0]).merge(parts[1]) == whole


def test_ignored_items_are_removed_before_counting() -> None:
    # The four-class example with void 255; predictions at void pixels may be anything.
    target = np.array([[0, 0, 1, 1, 0, 2, 1, 255, 2, 2, 255, 255]])
    prediction = np.array([[0, 1, 1, 1, 0, 2, 0, 3, 2, 0, 1, 0]])
    matrix = count(target, prediction, 4, ignore_index=255)
    assert matrix.counts.tolist() == [[2, 1, 0, 0], [1, 2, 0, 0], [1, 0, 2, 0], [0, 0, 0, 0]]
    assert matrix.accuracy() == pytest.approx(6 / 9)


def test_values_of_absent_classes_are_undefined_not_zero() -> None:
    matrix = count(np.array([0, 0]), np.array([0, 1]), 3)
    np.testing.assert_array_equal(matrix.recall(), [0.5, np.nan, np.nan])
    np.testing.assert_array_equal(matrix.precision(), [1.0, 0.0, np.nan])
    np.testing.assert_allclose(matrix.f1(), [2 / 3, 0.0, np.nan])


def test_nothing_counted_has_no_accuracy() -> None:
    assert np.isnan(ConfusionMatrix.empty(2).accuracy())
    assert np.isnan(ConfusionMatrix.empty(2).macro_f1())


@pytest.mark.parametrize(
    ("target", "prediction", "message"),
    [
        ([0, 3], [0, 1], "target holds labels 0 to 3; valid are 0 to 2"),
        ([0, 1], [0, -1], "prediction holds labels -1 to 0"),
        ([0, 1], [0], "differ in shape"),
    ],
)
def test_wrong_labels_are_refused(target: list[int], prediction: list[int], message: str) -> None:
    with pytest.raises(DataError, match=message):
        count(np.array(target), np.array(prediction), 3)
