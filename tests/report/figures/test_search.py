from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ablate.report.figures import search_figure
from ablate.report.figures.search import SearchCurve
from ablate.results import SearchPoint, Status


def done(number, value):
    return SearchPoint(number, {}, Status.FINISHED, value)


def pruned(number, *curve):
    return SearchPoint(number, {}, Status.PRUNED, None, tuple(enumerate(curve, start=1)))


POINTS = [done(0, 0.8), pruned(1, 0.3, 0.5), done(2, 0.75), done(3, 0.85), done(4, 0.1)]


def picture(points, **options):
    drawn = search_figure(points, **{"objective": "val/accuracy", "maximize": True, **options})
    return np.asarray(Image.open(io.BytesIO(drawn.png())).convert("RGB")).astype(int)


def coloured(pixels):
    return (pixels.max(axis=-1) - pixels.min(axis=-1) > 60).sum()


def test_a_pruned_configuration_stands_where_it_stopped_and_is_never_the_best():
    curve = SearchCurve.of([pruned(0, 0.99), *POINTS[2:], pruned(5)], maximize=True)
    assert curve.pruned == ((0, 0.99),)
    assert curve.best == ((2, 0.75), (3, 0.85), (4, 0.85), (5, 0.85))


@given(st.lists(st.floats(-1, 1), max_size=20), st.booleans())
def test_the_best_so_far_is_the_running_extreme(values, maximize):
    points = [done(number, value) for number, value in enumerate(values)]
    accumulate = np.maximum if maximize else np.minimum
    best = SearchCurve.of(points[::-1], maximize=maximize).best
    assert [value for _, value in best] == (list(accumulate.accumulate(values)) if values else [])


def test_the_same_points_give_the_same_bytes_in_any_order():
    options = {"objective": "val/loss", "maximize": False, "baseline": 0.7}
    png = search_figure(POINTS, **options).png()
    assert png == search_figure(POINTS[::-1], **options).png()
    assert b"Date" not in png
    assert b"Matplotlib" not in png


def test_nothing_is_cut_off_even_with_every_entry_in_the_legend():
    pixels = picture(POINTS, baseline=0.82, title="x" * 300)
    assert pixels.shape == (432, 720, 3)
    for edge in (pixels[:4], pixels[-4:], pixels[:, :4], pixels[:, -4:]):
        assert (edge == 255).all()


def test_a_failed_outlier_does_not_flatten_the_rest():
    with_it, without = picture(POINTS), picture(POINTS[:-1])
    rows = [np.nonzero((image[..., 2] - image[..., 0]) > 60)[0] for image in (with_it, without)]
    heights = [np.ptp(found[found > 80]) for found in rows]  # below the legend
    assert heights[0] > heights[1] / 2


@pytest.mark.parametrize("points", [[], [done(0, 0.5)], [pruned(0, 0.2)], [done(7, float("nan"))]])
@pytest.mark.parametrize("maximize", [True, False])
def test_any_few_points_are_drawn(points, maximize):
    picture(points, maximize=maximize, objective="val/$x_{", baseline=0.3)


def test_percent_changes_the_numbers_and_not_the_shape():
    assert abs(coloured(picture(POINTS, percent=True)) - coloured(picture(POINTS))) < 200
