"""The fully resolved configuration of one trial that is a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from ablate.spec.config import Config, raise_all
from ablate.spec.member import Member
from ablate.spec.options import invalid
from ablate.spec.primary import Primary
from ablate.spec.script_options import ScriptOptions


class ScriptConfig(Config):
    """A script: what is run, and the ``params`` that it is given, which are the study's own."""

    task: Annotated[ScriptOptions, Member("task")]
    params: dict[str, Any] = Field(default_factory=dict)
    """Anything: numbers, text, lists, mappings. Ablations vary ``params.NAME``."""

    @field_validator("params")
    @classmethod
    def _params_can_be_named(cls, value: dict[str, Any]) -> dict[str, Any]:
        for key in value:
            if not key or "." in key:
                rule = f"the name {key!r} cannot be varied by an ablation"
                raise invalid(
                    rule, "Names are not empty and have no dot, which leads into mappings"
                )
        return value

    @field_validator("primary")
    @classmethod
    def _direction_is_known(cls, value: Primary) -> Primary:
        if value.unknown and value.direction is None:
            message, hint = value.unknown
            own = f"For one of your own say {{metric: {value.metric}, direction: max}}, or min"
            raise invalid(message, f"{hint} {own}" if hint.endswith("?") else own)
        return value

    @model_validator(mode="after")
    def _task_suits_params(self) -> ScriptConfig:
        raise_all(self.task.mistakes(self.params))
        return self

    @property
    def script(self) -> ScriptConfig:
        """Itself."""
        return self

    @property
    def epochs(self) -> int | None:
        """Epochs that the script says it will report."""
        return self.task.epochs

    @property
    def monitors(self) -> bool:
        """Never: the script does not learn which metric the study reports."""
        return False

    @property
    def dataset(self) -> str:
        """Unknown."""
        return ""

    @property
    def headline(self) -> Mapping[str, str]:
        """What is run."""
        return self.task.headline
