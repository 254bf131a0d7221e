"""The fully resolved configuration of one trial, and what it holds for a training of this package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails

from ablate.spec.blame import Mistake
from ablate.spec.earlier import EarlierWeights, RunWeights, Stage, StageWeights, Start
from ablate.spec.grouping import Grouping
from ablate.spec.labels import Groups
from ablate.spec.member import Member
from ablate.spec.options import NotIdentity, Options, PluginFile, invalid
from ablate.spec.overrides import DEFAULT_NAMES, has_own_loss
from ablate.spec.plugins import used_files
from ablate.spec.primary import Primary
from ablate.spec.sections import (
    DataOptions,
    LossOptions,
    ModelOptions,
    OptimizerOptions,
    ProbeOptions,
    RepresentationOptions,
    SchedulerOptions,
    TrainOptions,
)
from ablate.spec.suits import unsuited

if TYPE_CHECKING:
    from ablate.spec.script_config import ScriptConfig


class Config(Options):
    """What one trial does, without its seed, every default filled in; :attr:`training` or :attr:`script` is set."""

    task: Annotated[Options, Member("task")]
    primary: Primary

    @property
    def training(self) -> TrialConfig | None:
        """The configuration of a training of this package."""
        return None

    @property
    def script(self) -> ScriptConfig | None:
        """The configuration of a script."""
        return None

    @property
    def epochs(self) -> int | None:
        """Epochs at most; ``None`` if unknown."""
        raise NotImplementedError

    @property
    def monitors(self) -> bool:
        """Whether the primary metric steers training (and so belongs to the identity)."""
        raise NotImplementedError

    @property
    def dataset(self) -> str:
        """The name of the data set; empty if unknown."""
        raise NotImplementedError

    @property
    def headline(self) -> Mapping[str, str]:
        """What a person wants to see of the configuration beside a result: dotted field to text."""
        raise NotImplementedError


class TrialConfig(Config):
    """A training of this package: what one trial trains, on what, and how."""

    data: Annotated[DataOptions, Member("data set")]
    model: Annotated[ModelOptions, Member("model")]
    loss: Annotated[LossOptions | None, Member("loss")] = Field(
        DEFAULT_NAMES["loss"], validate_default=True
    )
    """``null`` where the task has a loss of its own, and only there."""
    optimizer: Annotated[OptimizerOptions, Member("optimizer")]
    scheduler: Annotated[SchedulerOptions, Member("scheduler")] = Field(
        "constant", validate_default=True
    )
    train: TrainOptions = TrainOptions()
    label_spaces: Annotated[Mapping[str, Grouping], NotIdentity()] = Field(default_factory=dict)
    """Coarser sets of classes in which every network is scored too: ``{space: {name: [class, ...]}}``."""
    probes: Annotated[ProbeOptions, NotIdentity()] = ProbeOptions()
    representations: Annotated[RepresentationOptions | None, NotIdentity()] = None
    """Features that are kept of images of ``val``, and pictures of them; ``null``: none."""
    _plugins: tuple[PluginFile, ...] = PrivateAttr(())
    _stages: Mapping[str, Stage] = PrivateAttr(default_factory=dict)
    _start: Start | None = PrivateAttr(None)

    @model_validator(mode="before")
    @classmethod
    def _no_loss_beside_the_task_s(cls, value: Any) -> Any:
        if isinstance(value, Mapping) and "loss" not in value and has_own_loss(value.get("task")):
            return {**value, "loss": None}
        return value

    @model_validator(mode="after")
    def _note_plugins(self) -> TrialConfig:
        self._plugins = used_files(self)
        return self

    @model_validator(mode="after")
    def _parts_suit_each_other(self) -> TrialConfig:
        raise_all(list(unsuited(self)))
        return self

    @property
    def earlier(self) -> EarlierWeights | None:
        """The earlier training that the network starts from, as the study file names it."""
        weights = getattr(self.model, "weights", None)
        return weights if isinstance(weights, StageWeights | RunWeights) else None

    @property
    def stages(self) -> Mapping[str, Stage]:
        """The stages of the study around it, by name."""
        return self._stages

    @property
    def upstream(self) -> Stage | None:
        """The stage that it starts from."""
        earlier = self.earlier
        return self._stages[earlier.stage] if isinstance(earlier, StageWeights) else None

    @property
    def start(self) -> Start | None:
        """Where the weights of the earlier training lie; known in a trial's own process alone."""
        return self._start

    def among(self, stages: Mapping[str, Stage]) -> TrialConfig:
        """The same in a study with these stages."""
        config = self.model_copy()
        config._stages = stages
        return config

    def starting_from(self, start: Start) -> TrialConfig:
        """The same where the weights of the earlier training are known to lie."""
        config = self.model_copy()
        config._start = start
        return config

    @property
    def from_random(self) -> TrialConfig:
        """The same without the earlier training, which may still have to run: to try the network."""
        changes = {} if self.earlier is None else {"weights": "random"}
        return self.model_copy(update={"model": self.model.model_copy(update=changes)})

    @property
    def groups(self) -> Groups | None:
        """The classes that the network tells apart, made of the data set's; ``None``: those of the data set."""
        classes = self.data.classes
        return self.label_spaces[classes] if isinstance(classes, str) else classes

    @property
    def spaces_that_count(self) -> dict[str, Groups]:
        """The label spaces that can change what is trained: the network's own, and that of a metric that steers."""
        names = {self.data.classes} if isinstance(self.data.classes, str) else set[str]()
        if self.monitors and self.primary.space:
            names.add(self.primary.space)
        return {name: self.label_spaces[name] for name in sorted(names)}

    @property
    def plugins(self) -> tuple[PluginFile, ...]:
        """The files whose code the trial executes; their bytes are part of its identity."""
        return self._plugins

    @field_validator("label_spaces")
    @classmethod
    def _spaces_can_be_named(cls, value: Mapping[str, Grouping]) -> Mapping[str, Grouping]:
        for name in value:
            if not name or set(name) & set("/@ "):
                rule = f"the label space {name!r} cannot stand in the name of a metric"
                raise invalid(rule, "Write a name without '/', '@' and spaces, as in val/miou@two")
        return value

    @field_validator("primary")
    @classmethod
    def _metric_is_computed(cls, value: Primary) -> Primary:
        if value.unknown:
            raise invalid(*value.unknown)
        return value

    @property
    def training(self) -> TrialConfig:
        """Itself."""
        return self

    @property
    def epochs(self) -> int:
        """Passes over the training set, at most."""
        return self.train.epochs

    @property
    def monitors(self) -> bool:
        """Whether early stopping, ``checkpoint: best`` or a schedule may look at the primary metric."""
        looks = self.scheduler.name == "plateau" or bool(type(self.scheduler).__plugin_files__)
        return self.train.checkpoint == "best" or self.train.patience is not None or looks

    @property
    def dataset(self) -> str:
        """The name of the data set."""
        return self.data.name

    @property
    def headline(self) -> Mapping[str, str]:
        """Data, model and epochs."""
        return {
            "data.name": self.data.name,
            "model.name": self.model.name,
            "train.epochs": str(self.train.epochs),
        }


def raise_all(mistakes: list[Mistake]) -> None:
    """Raise what a validator of a whole configuration found, each mistake at its own place."""
    if mistakes:
        raise ValidationError.from_exception_data(
            "configuration",
            [
                InitErrorDetails(type=invalid(message, remedy), loc=path, input=None)
                for path, message, remedy in mistakes
            ],
        )
