"""Why a metric of two sides cannot be compared, and what to keep in mind where it can."""

from __future__ import annotations

from collections.abc import Iterator

from ablate.report.comparing.side import Side
from ablate.report.wording import listed
from ablate.spec.primary import Primary
from ablate.spec.text import show_value

#: Fields of ``data`` that decide which images are in ``val``, and hence in ``train``.
_SPLIT = ("val_fraction", "split_seed")


def obstacles(first: Side, second: Side, metric: Primary) -> tuple[str, ...]:
    """Why a difference of the metric would mean nothing; empty where it does mean something."""
    return (
        *_other_data(first, second),
        *(_other_split(first, second) if metric.split in ("train", "val") else ()),
        *_other_classes(first, second, metric),
    )


def remarks(first: Side, second: Side) -> tuple[str, ...]:
    """What may explain a part of a difference."""
    return (*_other_devices(first, second), *_other_precision(first, second))


def _other_data(first: Side, second: Side) -> Iterator[str]:
    prints = [_distinct(trial.fingerprint for trial in side.trials) for side in (first, second)]
    if all(prints) and prints[0] != prints[1]:
        names = [side.section("data").get("name", "data") for side in (first, second)]
        texts = [
            f"{name} (fingerprint {', '.join(one[:8] for one in found)})"
            for name, found in zip(names, prints, strict=True)
        ]
        yield f"other data: A is of {texts[0]}, B of {texts[1]}"


def _other_split(first: Side, second: Side) -> Iterator[str]:
    data = first.section("data"), second.section("data")
    for field in _SPLIT:
        values = [one.get(field) for one in data]
        if None not in values and values[0] != values[1]:
            texts = [show_value(value) for value in values]
            yield (
                f"another split: data.{field} is {texts[0]} in A and {texts[1]} in B, so that val holds other images "
                "unless the data set has an official one"
            )


def _other_classes(first: Side, second: Side, metric: Primary) -> Iterator[str]:
    if metric.space:
        meanings = [
            _distinct(trial.spaces.get(metric.space, "") for trial in side.trials)
            for side in (first, second)
        ]
        if all(meanings) and meanings[0] != meanings[1]:
            yield f"the label space '{metric.space}' has other classes in A than in B"
        return
    mine, theirs = first.class_set, second.class_set
    if mine is not None and theirs is not None and mine != theirs:
        sizes = f"{len(mine)} in A, {len(theirs)} in B"
        yield f"other classes ({sizes})"


def _other_devices(first: Side, second: Side) -> Iterator[str]:
    devices = [_distinct(trial.device for trial in side.trials) for side in (first, second)]
    if all(devices) and devices[0] != devices[1]:
        yield (
            f"Other devices: A ran on {listed(devices[0])}, B on {listed(devices[1])}. Rounding differs between them, "
            "and times cannot be compared."
        )


def _other_precision(first: Side, second: Side) -> Iterator[str]:
    values = [side.section("train").get("precision") for side in (first, second)]
    if None not in values and values[0] != values[1]:
        yield f"Other precision: train.precision is {values[0]} in A and {values[1]} in B."


def _distinct(texts: Iterator[str]) -> tuple[str, ...]:
    return tuple(sorted(set(texts) - {""}))
