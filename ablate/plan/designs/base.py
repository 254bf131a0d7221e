"""What every design has in common: it expands to rows, each a label and its overrides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ablate.errors import did_you_mean
from ablate.spec.config import TrialConfig
from ablate.spec.options import Options, Tree, invalid
from ablate.spec.overrides import flatten
from ablate.spec.yaml_file import KeyPath

#: Sections that rows may change. All rows of a study share the task and the metric that verdicts are about.
SECTIONS = tuple(name for name in TrialConfig.model_fields if name not in ("task", "primary"))

#: The label of the base configuration's row.
BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class RowSpec:
    """A row before its configuration is resolved.

    ``overrides``: dotted field to value. ``origins``: dotted field to the key path, within the ablation, that set it.
    ``reference`` and ``previous`` are labels of other rows. ``must_differ``: a row that equals the
    baseline is hardly meant.
    """

    label: str
    overrides: Mapping[str, Any]
    origins: Mapping[str, KeyPath]
    reference: str | None = None
    previous: str | None = None
    must_differ: bool = False


@dataclass(frozen=True, slots=True)
class Expansion:
    """The rows of an ablation, its reference first."""

    rows: tuple[RowSpec, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def factors(self) -> tuple[str, ...]:
        """The dotted fields that the rows set, in order of appearance."""
        return tuple(dict.fromkeys(key for row in self.rows for key in row.overrides))


@dataclass(frozen=True, slots=True)
class Baseline:
    """The configuration that rows start from: as written, and with every default."""

    tree: Tree
    full: Tree


class Design(Options):
    """How the rows of an ablation arise."""

    design: str
    """A registered design: ``ablate list designs``."""
    description: str = ""
    """The question that the ablation answers."""
    reference: str | None = None
    """The label of the row that the others are compared with; the design's own by default."""
    min_effect: float | None = Field(None, gt=0.0)
    """Differences below this, in the metric's unit, are called too small to matter."""

    def expand(self, baseline: Baseline) -> Expansion:
        """The rows, the reference first."""
        raise NotImplementedError


def check_overrides(value: Any) -> Mapping[str, Any]:
    """Overrides as dotted fields; an error where one names no section of a trial."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise invalid("must be a mapping of fields to values, such as {model.batch_norm: true}")
    for key in value:
        root = str(key).partition(".")[0]
        if root not in SECTIONS and key != "reference":
            raise invalid(f"unknown field '{key}'", did_you_mean(root, SECTIONS))
    return flatten(value)


def _check_label(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise invalid("a label must be printable text, not empty")
    return value


Label = Annotated[str, AfterValidator(_check_label)]
Overrides = Annotated[Any, AfterValidator(check_overrides)]
Rows = Annotated[dict[Label, Overrides], Field(min_length=1)]


def baseline_row() -> RowSpec:
    """The row of the base configuration."""
    return RowSpec(BASELINE, {}, {})
