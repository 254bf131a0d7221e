from __future__ import annotations

import pytest

from ablate.report.rows import gather
from ablate.report.spaces import class_names, class_sets, comparable, never_learned, why_unscored
from ablate.results import ResultSet
from ablate.spec.primary import Primary

from .segmentation_cases import COARSE, STREET, trial
from .studies import RowDraft, make_plan

FINE = {name: (name,) for name in STREET}
RENAMED = {name.upper(): (name,) for name in STREET}
CARS = {"car": ("car",), "rest": tuple(name for name in STREET if name != "car")}
ONLY_CARS = {"car": ("car",), "rest": ("sky", "road")}
TRAFFIC = {"car": ("car", "pedestrian"), "rest": STREET[:4]}


def rows_of(*groups, spaces=None, done=True):
    """Rows whose networks tell these groups of the street's classes apart."""
    drafts = [RowDraft(f"row {i}", {"data.classes": one}, None) for i, one in enumerate(groups)]
    plan = make_plan(drafts, seeds=[0], label_spaces=spaces or {})
    scored = {"val/miou": 0.5, "val/a": 0.5, "val/b": 0.5}
    trials = [
        trial(f"row {i}", 0, tuple(one or STREET), scored) for i, one in enumerate(groups) if done
    ]
    return gather(plan, plan.ablations[0], ResultSet("s", tuple(trials)))


@pytest.mark.parametrize(
    ("other", "metric", "same"),
    [
        (None, "val/miou", True),
        (FINE, "val/miou", True),
        (RENAMED, "val/miou", True),
        (COARSE, "val/miou", False),
        (COARSE, "val/pixel_accuracy", False),
        (COARSE, "val/miou@three", True),
        (COARSE, "val/iou@three/ground", True),
        (CARS, "val/miou", False),
        (CARS, "val/iou/car", True),
        (TRAFFIC, "val/iou/car", False),
        (ONLY_CARS, "val/iou/car", False),
    ],
)
def test_what_can_be_compared_with_the_data_sets_own_classes(other, metric, same):
    first, second = rows_of(None, other)
    assert comparable(first, second, Primary(metric=metric)) is same
    assert comparable(second, first, Primary(metric=metric)) is same


def test_classes_that_nothing_tells_are_not_called_different():
    first, second = rows_of(None, COARSE, done=False)
    assert class_names(first) == ()
    assert class_names(second) == tuple(COARSE)
    assert comparable(first, second, Primary(metric="val/miou"))


def test_sets_of_classes_are_in_the_order_of_the_rows():
    assert [len(found) for found in class_sets(rows_of(COARSE, None, RENAMED))] == [3, 6]


def test_why_there_is_no_value_in_a_label_space():
    spaces = {"three": COARSE, "cars": CARS}
    coarse, fine = (row.condition.config for row in rows_of("three", None, spaces=spaces))
    assert "cut through" in why_unscored(coarse, "cars")
    assert "before" in why_unscored(coarse, "three")
    assert "before" in why_unscored(fine, "cars")


@pytest.mark.parametrize(
    ("groups", "classes"),
    [
        (None, ()),
        ("three", ()),
        (COARSE, ()),
        (CARS, ()),
        ({"sky": ("sky",), "car": ("car",)}, ("ground",)),
        ({"car": ("car",), "person": ("pedestrian",)}, ("scene", "ground")),
    ],
)
def test_which_classes_of_a_label_space_a_network_never_learns(groups, classes):
    (row,) = rows_of(groups, spaces={"three": COARSE})
    assert never_learned(row.condition.config, "three") == classes
