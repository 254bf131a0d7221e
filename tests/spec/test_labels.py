from __future__ import annotations

from ablate.spec.labels import NONE, group_problems, grouped_labels, plain_labels

CLASSES = ("car", "bus", "sky", "void-ish")
COLORS = ((1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 4, 4))


def test_groups_follow_the_order_in_which_they_are_written() -> None:
    labels = grouped_labels(CLASSES, {"sky": ("sky",), "vehicle": ("bus", "car")}, palette=COLORS)
    assert labels.classes == ("sky", "vehicle")
    assert labels.own.of_source == (1, 1, 0, NONE)
    assert labels.palette == ((3, 3, 3), (1, 1, 1))


def test_without_groups_they_are_plain() -> None:
    assert grouped_labels(CLASSES, palette=COLORS) == plain_labels(CLASSES, COLORS)


def test_a_space_may_leave_classes_out() -> None:
    labels = grouped_labels(CLASSES, None, {"cars": {"car": ("car",), "bus": ("bus",)}})
    assert labels.spaces["cars"].of_source == (0, 1, NONE, NONE)
    assert labels.spaces["cars"].of_network == (0, 1, NONE, NONE)


def test_what_the_network_ignores_still_counts_in_a_space_that_names_it() -> None:
    groups = {"vehicle": ("car", "bus"), "sky": ("sky",)}
    spaces = {"all": {"vehicle": ("car", "bus"), "rest": ("sky", "void-ish")}}
    space = grouped_labels(CLASSES, groups, spaces).spaces["all"]
    assert space.of_source == (0, 0, 1, 1)
    assert space.of_network == (0, 1)


def test_classes_that_the_set_does_not_have_are_named() -> None:
    problems = group_problems(CLASSES, {"vehicle": ("car", "buss"), "sky": ("sky",)})
    assert problems == [
        ("group 'vehicle': the data set has no class 'buss'", "Did you mean 'bus'?")
    ]
