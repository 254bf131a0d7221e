"""The fully resolved configuration of one trial."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from ablate.registry import UnknownName, table
from ablate.results import MetricInfo
from ablate.spec.member import Member
from ablate.spec.options import Options, invalid
from ablate.spec.overrides import DEFAULT_NAMES
from ablate.spec.sections import (
    DataOptions,
    LossOptions,
    ModelOptions,
    OptimizerOptions,
    SchedulerOptions,
    TrainOptions,
)


class Primary(Options):
    """``primary``: the one metric that verdicts are about, ``split/metric``."""

    metric: str
    direction: Literal["max", "min"] | None = None
    """Follows from the metric; needed only for a metric of one's own."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"metric": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _metric_exists(self) -> Primary:
        split, _, name = self.metric.partition("/")
        if split not in ("train", "val", "test") or not name:
            raise invalid(
                f"{self.metric!r} is not split/metric", "Write for example 'val/accuracy'"
            )
        try:
            table("metric").get(name.partition("/")[0])
        except UnknownName as error:
            message, _, remedy = str(error).partition(". ")
            raise invalid(message, remedy) from None
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
    def info(self) -> MetricInfo:
        """Direction, title and format of the metric."""
        info: MetricInfo = table("metric").get(self.name.partition("/")[0])
        return info

    @property
    def maximize(self) -> bool:
        """Whether larger is better."""
        return (self.direction or self.info.direction) == "max"

    @property
    def monitored(self) -> str:
        """The validation metric that early stopping and ``checkpoint: best`` look at."""
        return f"val/{self.name}"


class TrialConfig(Options):
    """What one trial trains, without its seed; every default filled in."""

    task: Annotated[Options, Member("task")]
    data: Annotated[DataOptions, Member("data set")]
    model: Annotated[ModelOptions, Member("model")]
    loss: Annotated[LossOptions, Member("loss")] = Field(
        DEFAULT_NAMES["loss"], validate_default=True
    )
    optimizer: Annotated[OptimizerOptions, Member("optimizer")]
    scheduler: Annotated[SchedulerOptions, Member("scheduler")] = Field(
        "constant", validate_default=True
    )
    train: TrainOptions = TrainOptions()
    primary: Primary

    @property
    def monitors(self) -> bool:
        """Whether the primary metric steers training (and so belongs to the identity)."""
        plateau = self.scheduler.name == "plateau"
        return self.train.checkpoint == "best" or self.train.patience is not None or plateau
