"""``primary``: the one metric that verdicts are about."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import GetJsonSchemaHandler, PrivateAttr, model_validator
from pydantic_core import CoreSchema

from ablate.registry import UnknownName, overlaid, table
from ablate.results import MetricInfo, base_metric
from ablate.spec.options import Options, invalid


class Primary(Options):
    """``primary``: the one metric that verdicts are about, ``split/metric``.

    ``split/metric@space`` is the metric in one of the study's label spaces, ``split/metric/class`` that of one class.
    """

    metric: str
    direction: Literal["max", "min"] | None = None
    """Follows from the metric; needed only for a metric of one's own."""
    _plugin: MetricInfo | None = PrivateAttr(None)

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"metric": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _has_a_split(self) -> Primary:
        split, _, name = self.metric.partition("/")
        if split not in ("train", "val", "test") or not name:
            raise invalid(
                f"{self.metric!r} is not split/metric", "Write for example 'val/accuracy'"
            )
        self._plugin = overlaid("metric").get(base_metric(name))  # known here, not in tables
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(schema)]}

    @property
    def split(self) -> str:
        """``train``, ``val`` or ``test``."""
        return self.metric.partition("/")[0]

    @property
    def name(self) -> str:
        """The metric without its split."""
        return self.metric.partition("/")[2]

    @property
    def space(self) -> str:
        """The label space it is computed in; empty for the network's own classes."""
        return self.name.partition("/")[0].partition("@")[2]

    @property
    def label(self) -> str:
        """The class that it is of; empty if it is of all."""
        return self.name.partition("/")[2]

    @property
    def info(self) -> MetricInfo:
        """Direction, title and format of the metric; of one's own metric what the study says of it."""
        if self._plugin is not None:
            return self._plugin
        try:
            info: MetricInfo = table("metric").get(base_metric(self.name))
        except UnknownName:
            own = self.name.partition("/")[0]
            return MetricInfo(own, self.direction or "max", own)
        return info

    @property
    def maximize(self) -> bool:
        """Whether larger is better."""
        return (self.direction or self.info.direction) == "max"

    @property
    def monitored(self) -> str:
        """The validation metric that early stopping and ``checkpoint: best`` look at."""
        return f"val/{self.name}"

    @property
    def unknown(self) -> tuple[str, str] | None:
        """Message and remedy if no registered metric has this name."""
        if self._plugin is not None:
            return None
        try:
            table("metric").get(base_metric(self.name))
        except UnknownName as error:
            message, _, remedy = str(error).partition(". ")
            return message, remedy
        return None
