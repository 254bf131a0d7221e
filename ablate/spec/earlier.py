"""``model.weights`` that an earlier training left: of a stage of the study, or of a run of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from ablate.spec.options import NotIdentity, Options

if TYPE_CHECKING:
    from ablate.spec.config import TrialConfig


class StageWeights(Options):
    """The encoder that a stage of the study trains. What the stage is, not its name, belongs to the identity."""

    stage: Annotated[str, NotIdentity()]
    """A name under ``stages``."""


class RunWeights(Options):
    """The encoder that a run of the store trained; a run never changes, so that its id belongs to the identity."""

    run: str
    """The id of an MLflow run."""


EarlierWeights = StageWeights | RunWeights


def earlier_weights(value: Mapping[Any, Any]) -> EarlierWeights | None:
    """``{stage: NAME}`` or ``{run: ID}``; ``None`` for any other mapping."""
    if "stage" in value:
        return StageWeights.model_validate(value)
    return RunWeights.model_validate(value) if "run" in value else None


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage as the study file describes it: its name, its configuration, and whether its seeds share one trial."""

    name: str
    config: TrialConfig
    shared: bool


@dataclass(frozen=True, slots=True)
class Start:
    """What a trial starts from: the artifacts of an earlier training.

    ``source`` names that training to a person. ``whole``: all of its modules are passed on, not the encoder alone.
    """

    artifacts: Path
    source: str
    whole: bool = False

    def to_plain(self) -> dict[str, Any]:
        """As JSON."""
        return {"artifacts": str(self.artifacts), "source": self.source, "whole": self.whole}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """From what :meth:`to_plain` gave."""
        return cls(Path(plain["artifacts"]), plain["source"], plain["whole"])

    @property
    def weights(self) -> Path:
        """The state dict that is passed on."""
        name = "modules.safetensors" if self.whole else "weights.safetensors"
        return self.artifacts / name
