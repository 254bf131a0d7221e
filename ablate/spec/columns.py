"""``columns`` and ``per_class``: what tables show beside the primary metric."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import GetJsonSchemaHandler, PrivateAttr, model_validator
from pydantic_core import CoreSchema, PydanticCustomError

from ablate.errors import did_you_mean
from ablate.registry import overlaid, table
from ablate.spec.blame import Mistake
from ablate.spec.config import Config, TrialConfig
from ablate.spec.options import Options, invalid, to_tree
from ablate.spec.primary import Primary
from ablate.spec.properties import PROPERTIES, Property
from ablate.spec.suits import unmeasured

#: Metrics that may stand in one cell, and properties.
MOST_IN_A_CELL = 2
MOST_PROPERTIES_IN_A_CELL = 3

_BETWEEN_COLUMNS = re.compile(r" / (?=(?:train|val|test)/)")
_SECOND_SPLIT = re.compile(r"/\s*(train|val|test)/")
_FIELD = re.compile(r"\w+\.\w+")
_ONE_NAME = re.compile(r"[^\s/@]+")


class MetricCell(Options):
    """A metric, or two that share a cell; a study file writes it as one text."""

    text: str
    """As written."""
    _metrics: tuple[Primary, ...] = PrivateAttr(())

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            raise invalid(f"must be the name of a metric, not {value!r}")
        return {"text": value}

    @model_validator(mode="after")
    def _read(self) -> MetricCell:
        self._understand()
        return self

    def _understand(self) -> None:
        names = self._names(self.text)
        if len(names) > MOST_IN_A_CELL:
            raise invalid(f"{self.text!r} has {len(names)} metrics: a cell has room for two")
        self._metrics = tuple(Primary(metric=name) for name in names)

    @classmethod
    def _names(cls, text: str) -> tuple[str, ...]:
        """The ``split/metric`` that a text names.

        Raises:
            PydanticCustomError: it is not written as it must be.
        """
        raise NotImplementedError

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string"}

    @property
    def metrics(self) -> tuple[Primary, ...]:
        """What stands in the cell, from left to right; in ``per_class`` the split means nothing."""
        return self._metrics


class TableColumn(MetricCell):
    """One of ``columns``: metrics as in ``val/miou``, or properties of the trials as in ``best_epoch``.

    Two metrics may share a cell, ``val/pixel_ap / val/miou``, and three properties.

    >>> [metric.name for metric in TableColumn.model_validate("val/pixel_ap / val/miou").metrics]
    ['pixel_ap', 'miou']
    >>> [one.title for one in TableColumn.model_validate("epochs / best_epoch").properties]
    ['epochs', 'best epoch']
    """

    _properties: tuple[Property, ...] = PrivateAttr(())

    @property
    def properties(self) -> tuple[Property, ...]:
        """What stands in the cell where that is no metric, from left to right."""
        return self._properties

    def _understand(self) -> None:
        names = self.text.split(" / ")
        if not set(names) & set(PROPERTIES):
            super()._understand()
            return
        for name in names:
            if name not in PROPERTIES:
                others = " and ".join(repr(one) for one in names if one in PROPERTIES)
                raise invalid(f"{name!r} cannot share a cell with {others}", _shareable(name))
        if len(names) > MOST_PROPERTIES_IN_A_CELL:
            raise invalid(f"{self.text!r} has {len(names)} columns: a cell has room for three")
        self._properties = tuple(PROPERTIES[name] for name in names)

    @classmethod
    def _names(cls, text: str) -> tuple[str, ...]:
        names = tuple(_BETWEEN_COLUMNS.split(text))
        for name in names:
            split, _, metric = name.partition("/")
            if split not in ("train", "val", "test") or not metric:
                raise _no_column(name)
            if _SECOND_SPLIT.search(metric):
                remedy = "Two metrics in one cell have spaces round the slash: 'val/a / val/b'"
                raise invalid(f"{name!r} is not one metric", remedy)
        return names


def _no_column(name: str) -> PydanticCustomError:
    near = did_you_mean(name, PROPERTIES)
    if near.startswith("Did"):
        return invalid(f"there is no column {name!r}", near)
    known = ", ".join(PROPERTIES)
    return invalid(
        f"{name!r} is not split/metric", f"Write for example 'val/accuracy', or one of {known}"
    )


def _shareable(name: str) -> str:
    if "/" in name:
        return "Metrics stand in columns of their own"
    return did_you_mean(name, PROPERTIES)


class Detail(TableColumn):
    """One of ``details``: a field of the configuration as in ``optimizer.lr``, or properties as in ``best_epoch``."""

    @property
    def field(self) -> str:
        """The dotted field; empty where it is a property."""
        return "" if self.properties else self.text

    @classmethod
    def _names(cls, text: str) -> tuple[str, ...]:
        if not _FIELD.fullmatch(text):
            near = did_you_mean(text, PROPERTIES)
            known = f"Write for example 'optimizer.lr', or one of {', '.join(PROPERTIES)}"
            message = f"{text!r} is neither a field of a section nor a property of trials"
            raise invalid(message, near if near.startswith("Did") else known)
        return ()


class ClassMetrics(MetricCell):
    """One of ``per_class``: ``iou``, or two in a cell, ``pixel_ap / iou``."""

    @classmethod
    def _names(cls, text: str) -> tuple[str, ...]:
        names = text.split(" / ")
        if not all(_ONE_NAME.fullmatch(name) for name in names):
            remedy = (
                "Write for example 'iou', or 'pixel_ap / iou' for two in one cell; "
                "the split is the primary metric's, and every label space has its table"
            )
            raise invalid(f"{text!r} is not the name of a metric alone", remedy)
        return tuple(f"val/{name}" for name in names)


@dataclass(frozen=True, slots=True)
class Layout:
    """What a study says of its tables: further columns, metrics of per-class tables (none: the usual one), details."""

    columns: tuple[TableColumn, ...] = ()
    per_class: tuple[ClassMetrics, ...] = ()
    details: tuple[Detail, ...] = ()

    @property
    def properties(self) -> tuple[Property, ...]:
        """Every property that the further columns show, each once."""
        return tuple(dict.fromkeys(one for column in self.columns for one in column.properties))

    @property
    def metrics(self) -> tuple[Primary, ...]:
        """Every metric that the further columns show."""
        return tuple(metric for column in self.columns for metric in column.metrics)


#: What tables show where a study says nothing about them.
USUAL_LAYOUT = Layout()


def unsuited_layout(layout: Layout, kind: type[Config], config: Config | None) -> Iterator[Mistake]:
    """What a study of this kind does not record; ``config`` is its base, ``None`` while that is wrong.

    A script may report metrics of its own.
    """
    if config is not None:
        yield from _unknown_fields(layout.details, config)
    if kind is not TrialConfig:
        yield from _unknown_of_scripts("columns", layout.columns)
        yield from _unknown_of_scripts("details", layout.details)
        return
    training = config.training if config is not None else None
    for index, column in enumerate(layout.columns):
        for metric in column.metrics:
            for message, remedy in _unrecorded(metric, training):
                yield ("columns", index), message, remedy
    for index, cell in enumerate(layout.per_class):
        for metric in cell.metrics:
            for message, remedy in _by_class(metric, training):
                yield ("per_class", index), message, remedy


def _unknown_fields(details: Sequence[Detail], config: Config) -> Iterator[Mistake]:
    """Fields that the baseline does not have."""
    sections = {name: fields for name, fields in to_tree(config).items() if fields}
    known = [f"{section}.{name}" for section, fields in sections.items() for name in fields]
    for index, detail in enumerate(details):
        if detail.field and detail.field not in known:
            message = f"the baseline has no field {detail.field!r}"
            yield ("details", index), message, did_you_mean(detail.field, known)


def _unknown_of_scripts(key: str, columns: Sequence[TableColumn]) -> Iterator[Mistake]:
    known = [name for name, one in PROPERTIES.items() if one.of_scripts]
    for index, column in enumerate(columns):
        for one in column.properties:
            if one.name not in known:
                remedy = (
                    f"Of scripts there are {', '.join(known)}, and the metrics that they report"
                )
                yield (key, index), f"{one.name!r} is not known of a script", remedy


def _unrecorded(metric: Primary, config: TrialConfig | None) -> Iterator[tuple[str, str]]:
    if metric.unknown:
        yield metric.unknown
    elif config is not None:
        yield from ((message, remedy) for _, message, remedy in unmeasured(config, metric))


def _by_class(metric: Primary, config: TrialConfig | None) -> Iterator[tuple[str, str]]:
    if metric.unknown:
        yield metric.unknown
    elif config is not None and metric.name not in overlaid("metric"):
        known: tuple[str, ...] = getattr(config.task, "metrics", tuple)()
        by_class = [name for name in known if table("metric").get(name).by_class is not None]
        if metric.name not in known:
            task = getattr(config.task, "name", "")
            message = f"the task {task} does not record '{metric.name}'"
            yield message, did_you_mean(metric.name, known)
        elif metric.name not in by_class:
            message = f"there is no {metric.info.title} of a single class"
            yield message, f"Metrics of a class: {', '.join(by_class)}"
