"""Label spaces: the classes of a data set, those a network tells apart, and coarser ones it is scored in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ablate.errors import did_you_mean

#: Where a class belongs to none of a space's classes.
NONE = -1

Color = tuple[int, int, int]
#: Name of a class to the classes of the data set that it is made of.
Groups = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Space:
    """One set of classes over the data set's.

    ``of_source`` holds for each class of the data set its class here, or :data:`NONE`: such items are not counted.
    ``of_network`` holds the same for each class of the network; a prediction of :data:`NONE` is wrong wherever it
    stands.
    """

    classes: tuple[str, ...]
    of_source: tuple[int, ...]
    of_network: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """The classes of a data set and everything that is made of them.

    ``own`` are the classes that the network tells apart; ``spaces`` are the coarser ones in which it is scored too:
    those that the network's classes do not cut through. ``palette`` holds a colour for each of ``own``.
    """

    source: tuple[str, ...]
    own: Space
    palette: tuple[Color, ...] = ()
    spaces: Mapping[str, Space] = field(default_factory=dict)

    @property
    def classes(self) -> tuple[str, ...]:
        """The network's classes."""
        return self.own.classes


def plain_labels(classes: Sequence[str], palette: Sequence[Color] = ()) -> Labels:
    """Labels without any groups.

    >>> plain_labels(["cat", "dog"]).own
    Space(classes=('cat', 'dog'), of_source=(0, 1), of_network=(0, 1))
    """
    every = tuple(range(len(classes)))
    own = Space(tuple(classes), every, every)
    return Labels(tuple(classes), own, tuple(palette))


def grouped_labels(
    classes: Sequence[str],
    groups: Groups | None = None,
    spaces: Mapping[str, Groups] | None = None,
    palette: Sequence[Color] = (),
) -> Labels:
    """The labels of a data set of ``classes`` whose network tells ``groups`` apart (all classes, if ``None``).

    Of ``spaces`` only those are kept that can be scored: no class of the network has source classes in two classes
    of the space. A group's colour is that of its first class.

    >>> labels = grouped_labels(["car", "bus", "sky"], None, {"two": {"vehicle": ("car", "bus"), "rest": ("sky",)}})
    >>> labels.classes, labels.spaces["two"].of_network
    (('car', 'bus', 'sky'), (0, 0, 1))

    Raises:
        ValueError: see :func:`group_problems`; check these first.
    """
    own = _source_map(classes, groups)
    names = tuple(groups) if groups is not None else tuple(classes)
    found = {
        name: _space(classes, own, len(names), space) for name, space in (spaces or {}).items()
    }
    return Labels(
        source=tuple(classes),
        own=Space(names, own, tuple(range(len(names)))),
        palette=tuple(palette[own.index(k)] for k in range(len(names))) if palette else (),
        spaces={name: space for name, space in found.items() if space is not None},
    )


def group_problems(classes: Sequence[str], groups: Groups) -> list[tuple[str, str]]:
    """What is wrong with groups of ``classes``: (message, remedy).

    >>> group_problems(["car", "sky"], {"vehicle": ("cra",)})
    [("group 'vehicle': the data set has no class 'cra'", "Did you mean 'car'?")]
    """
    problems = []
    for group, members in groups.items():
        for member in members:
            if member not in classes:
                message = f"group {group!r}: the data set has no class {member!r}"
                problems.append((message, did_you_mean(member, classes)))
    return problems


def _source_map(classes: Sequence[str], groups: Groups | None) -> tuple[int, ...]:
    if groups is None:
        return tuple(range(len(classes)))
    place = {member: index for index, members in enumerate(groups.values()) for member in members}
    return tuple(place.get(name, NONE) for name in classes)


def _space(
    classes: Sequence[str], own: tuple[int, ...], num_own: int, groups: Groups
) -> Space | None:
    """The space of ``groups`` for a network's classes; ``None`` where one of these lies in two of its classes."""
    of_source = _source_map(classes, groups)
    reached: list[set[int]] = [set() for _ in range(num_own)]
    for mine, theirs in zip(own, of_source, strict=True):
        if mine != NONE:  # what the network never learns is counted too, as wrong as it comes
            reached[mine].add(theirs)
    if any(len(found) > 1 for found in reached):
        return None
    return Space(tuple(groups), of_source, tuple(next(iter(found), NONE) for found in reached))
