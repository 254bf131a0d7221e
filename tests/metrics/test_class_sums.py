from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ablate.metrics.class_sums import LEFT_OUT, ClassSums, image_sums, mean_over_classes
from ablate.metrics.confusion import ConfusionMatrix, project
from ablate.outcomes import Outcomes


@st.composite
def cases(draw: Any) -> tuple[Outcomes, list[int], list[int], int]:
    """Counts of some images, and the classes to merge theirs into, some into none."""
    images = draw(st.integers(1, 6))
    sources, network, merged = (draw(st.integers(1, 4)) for _ in range(3))
    cells = draw(st.sets(st.tuples(*(st.integers(0, n - 1) for n in (images, sources, network)))))
    places = np.array(sorted(cells), np.int64).reshape(-1, 3)
    count = np.array([draw(st.integers(1, 9)) for _ in cells], np.int64)
    rows, columns = (
        draw(st.lists(st.integers(-1, merged - 1), min_size=n, max_size=n))
        for n in (sources, network)
    )
    return Outcomes(images, *places.T, count), rows, columns, merged


@settings(deadline=None)
@given(cases())
def test_sums_of_images_add_up_to_those_of_the_confusion_matrix(
    case: tuple[Outcomes, list[int], list[int], int],
) -> None:
    found, rows, columns, merged = case
    cells = np.zeros((len(rows), len(columns)), np.int64)
    np.add.at(cells, (found.true, found.predicted), found.count)
    matrix = project(cells, rows, columns, merged)
    each = image_sums(found, rows, columns, range(merged))
    sums = ClassSums(*(part.sum(axis=0) for part in (each.hits, each.support, each.predicted)))
    assert sums.recall() == pytest.approx(matrix.recall(), nan_ok=True)
    assert sums.f1() == pytest.approx(matrix.f1(), nan_ok=True)
    assert sums.iou() == pytest.approx(matrix.iou(), nan_ok=True)
    assert mean_over_classes(sums.iou()) == pytest.approx(matrix.mean_iou(), nan_ok=True)
    pooled = image_sums(found, rows, columns, [0] * merged)
    total = ClassSums(*(p.sum(axis=0) for p in (pooled.hits, pooled.support, pooled.predicted)))
    assert total.recall()[0] == pytest.approx(matrix.accuracy(), nan_ok=True)
    alone = image_sums(found, rows, columns, [0, *[LEFT_OUT] * (merged - 1)])
    assert np.array_equal(alone.predicted[:, 0], each.predicted[:, 0])


def test_an_absent_class_is_left_out_of_the_mean() -> None:
    # ground truth, predictions and values of the worked example of absent classes
    found = Outcomes(
        3,
        np.array([0, 0, 0, 1, 1, 2, 2]),
        np.array([0, 0, 1, 1, 0, 2, 2]),
        np.array([0, 1, 1, 0, 0, 2, 0]),
        np.array([1, 1, 2, 1, 1, 2, 1]),
    )
    each = image_sums(found, range(4), range(4), range(4))
    sums = ClassSums(*(part.sum(axis=0) for part in (each.hits, each.support, each.predicted)))
    assert sums.iou() == pytest.approx([0.4, 0.5, 2 / 3, float("nan")], nan_ok=True)
    assert mean_over_classes(sums.iou()) == pytest.approx(0.522222, abs=1e-6)


def test_many_matrices_at_once() -> None:
    generator = np.random.default_rng(0)
    matrices = generator.integers(0, 3, (50, 4, 4))
    diagonal = matrices.diagonal(axis1=1, axis2=2).astype(float)
    sums = ClassSums(diagonal, matrices.sum(axis=2) * 1.0, matrices.sum(axis=1) * 1.0)
    expected = [ConfusionMatrix(matrix).mean_iou() for matrix in matrices]
    assert mean_over_classes(sums.iou()) == pytest.approx(expected, nan_ok=True)
