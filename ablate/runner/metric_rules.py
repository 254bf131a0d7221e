"""The rules for metrics that a script reports: names with a split, numbers, ratios from 0 to 1."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ablate.errors import TrialError
from ablate.registry import table
from ablate.results import MetricInfo, base_metric

_NAME = re.compile(r"(train|val|test)/[^/]+(/.+)?")
_LONGEST_NAME = 200
#: A ratio that was summed in single precision may miss 1 by this much.
_ROUNDING = 1e-5


def checked_metrics(values: Any) -> dict[str, float]:
    """Name to value, as reported.

    Raises:
        TrialError: a name or a value breaks a rule; the text says which.

    >>> checked_metrics({"val/accuracy": 91})
    Traceback (most recent call last):
    ablate.errors.TrialError: val/accuracy is 91: accuracy is a ratio, from 0 to 1
    """
    if not isinstance(values, Mapping):
        raise TrialError(f"metrics are a mapping of name to number, not {shown(values)}")
    return {_checked_name(name): _number(name, value) for name, value in values.items()}


@lru_cache(maxsize=1024)
def known(metric: str) -> MetricInfo | None:
    """What is known of a metric, by its name without the split; ``None`` of one's own."""
    own = base_metric(metric)
    metrics = table("metric")
    if own not in metrics.names():
        return None
    info: MetricInfo = metrics.get(own)
    return info


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name) or not name.isprintable() or len(name) > _LONGEST_NAME:
        rule = "names are split/metric, such as val/accuracy; splits are train, val and test"
        raise TrialError(f"metric {shown(name)}: {rule}")
    return name


def _number(name: str, value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TrialError(f"{name} is {shown(value)}: a metric must be a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    info = known(name.partition("/")[2])
    if info is not None and info.percent and _ROUNDING < abs(number - 0.5) - 0.5 < math.inf:
        raise TrialError(f"{name} is {number:g}: {info.title} is a ratio, from 0 to 1")
    return number


def shown(value: Any) -> str:
    """A value as a message quotes it, cut to a line."""
    return cut(repr(value))


def cut(text: str, most: int = 120) -> str:
    """The beginning of a long text.

    >>> cut("abcdefgh", most=6)
    'abc...'
    """
    return text if len(text) <= most else text[: most - 3] + "..."
