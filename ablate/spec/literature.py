"""``literature``: rows of a table whose values others have published."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from pydantic import Field, field_validator

from ablate.errors import did_you_mean
from ablate.spec.blame import Mistake
from ablate.spec.options import Options, invalid
from ablate.spec.primary import Primary


class Published(Options):
    """A value that others have published, in the unit of the metric: 0 to 1 where tables show percent."""

    value: float
    """The value, 0.912 for 91.2 %."""
    source: str
    """Where it stands: an address, or words."""
    metric: Primary | None = None
    """Another metric of the table, ``split/metric``; the ablation's primary metric by default."""
    std: float | None = Field(None, gt=0.0)
    """The standard deviation that the source gives."""
    n: int | None = Field(None, ge=1)
    """How many runs the value is the mean of."""

    @field_validator("source")
    @classmethod
    def _names_a_source(cls, value: str) -> str:
        if not value.strip():
            raise invalid("is empty", "Say where the value stands: an address, or author and title")
        return value.strip()


def literature_mistakes(
    published: Mapping[str, Published], primary: Primary, shown: Collection[Primary]
) -> Iterator[Mistake]:
    """Values that cannot be meant, and metrics that the table does not show, located from ``literature`` on.

    ``shown`` are the metrics that the study's ``columns`` name.
    """
    columns = {metric.metric: metric for metric in (primary, *shown)}
    for label, row in published.items():
        metric = columns.get(row.metric.metric if row.metric else primary.metric)
        if metric is None:
            yield (label, "metric"), *_not_shown(row, columns)
        elif metric.info.percent:
            for field, number in _no_ratios(row):
                yield (label, field), *_in_percent(metric.metric, number)


def _no_ratios(row: Published) -> Iterator[tuple[str, float]]:
    """What is not from 0 to 1; whoever writes a value in percent does so with its spread."""
    wrong = not 0.0 <= row.value <= 1.0
    if wrong:
        yield "value", row.value
    if row.std is not None and (wrong or row.std > 1.0):
        yield "std", row.std


def _not_shown(row: Published, columns: Mapping[str, Primary]) -> tuple[str, str]:
    name = row.metric.metric if row.metric else ""
    near = did_you_mean(name, columns)
    remedy = near if near.startswith("Did") else f"Name it under 'columns': {name}"
    return f"the table has no column {name!r}", remedy


def _in_percent(metric: str, number: float) -> tuple[str, str]:
    message = f"{metric} is stored as 0 to 1, and {number:g} stands here"
    percent = f"Did you mean {number / 100:.10g}, which is {number:g} %?"
    return message, percent if 0.0 < number <= 100.0 else "Tables show it times 100"
