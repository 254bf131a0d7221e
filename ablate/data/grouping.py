"""The classes that a network learns, made of those of the data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ablate.data.split import Integers
from ablate.errors import DataError, did_you_mean
from ablate.spec.labels import NONE, Color, Groups, Labels, group_problems, grouped_labels
from ablate.spec.sections import IGNORE_INDEX, DataOptions


def labels_of(
    options: DataOptions,
    classes: Sequence[str],
    spaces: Mapping[str, Groups],
    palette: Sequence[Color] = (),
) -> Labels:
    """The labels of a data set of ``classes``, grouped as ``data.classes`` says.

    Raises:
        DataError: a group or a label space names a class that the data set does not have; the text has all of them.
    """
    groups = _own(options, spaces)
    named = {"data.classes": groups} if not isinstance(options.classes, str) else {}
    named |= {f"label_spaces.{name}": space for name, space in spaces.items()}
    problems = [
        f"{place}: {message}. {remedy}".rstrip(". ")
        for place, found in named.items()
        for message, remedy in group_problems(classes, found or {})
    ]
    if problems:
        raise DataError("\n".join(f"data set '{options.name}': {text}" for text in problems))
    return grouped_labels(classes, groups, spaces, palette)


def _own(options: DataOptions, spaces: Mapping[str, Groups]) -> Groups | None:
    if not isinstance(options.classes, str):
        return options.classes
    if options.classes not in spaces:
        raise DataError(
            f"data.classes: there is no label space '{options.classes}'. "
            + (did_you_mean(options.classes, spaces) or "Name it under label_spaces")
        )
    return spaces[options.classes]


def own_labels(labels: Labels, source: Integers) -> Integers:
    """Classes of the network of ``source`` (N,), classes of the data set; negative where there is none.

    >>> labels_ = grouped_labels(["car", "sky", "bus"], {"vehicle": ("car", "bus"), "no": ()})
    >>> own_labels(labels_, np.array([0, 1, 2]))
    array([ 0, -1,  0])
    """
    return np.array(labels.own.of_source, np.int64)[source]


def target_table(labels: Labels) -> Integers:
    """(256,) int64: what the target is at a pixel of a mask, by the mask's value.

    >>> target_table(grouped_labels(["car", "sky", "bus"], {"bus": ("bus",), "sky": ("sky",)}))[:5]
    array([-100,    1,    0, -100, -100])
    """
    table = np.full(256, IGNORE_INDEX, np.int64)
    own = np.array(labels.own.of_source, np.int64)
    table[: len(own)] = np.where(own == NONE, IGNORE_INDEX, own)
    return table
