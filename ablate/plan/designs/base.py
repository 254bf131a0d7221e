"""What every design has in common: it expands to rows, each a label and its overrides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator

from ablate.plan.contrasts import Weights
from ablate.plan.fields import hint, may_change
from ablate.plan.search.options import AnyPruner, SearchOptions
from ablate.plan.search.pruners import Hyperband, Median, PrunerOptions
from ablate.spec.options import Options, Tree, invalid
from ablate.spec.overrides import flatten
from ablate.spec.primary import Primary
from ablate.spec.yaml_file import KeyPath

#: The label of the base configuration's row.
BASELINE = "baseline"

#: Levels of a component that a row has, and of one that it lacks.
ON, OFF = "on", "off"

#: Rows that must have run before the median may end another: ablations have few.
ROWS_BEFORE_MEDIAN = 2


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
    levels: Mapping[str, str] = field(default_factory=dict)
    """Factor to the name of its level; empty where the design varies no named factors, or the row has none."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """The rows of an ablation, its reference first."""

    rows: tuple[RowSpec, ...]
    notes: tuple[str, ...] = field(default=())
    searched: tuple[str, ...] = ()
    """Dotted fields whose values a search finds."""

    @property
    def axes(self) -> Mapping[str, tuple[str, ...]]:
        """Each factor that rows name a level of, and its levels, in order of appearance."""
        found: dict[str, dict[str, None]] = {}
        for row in self.rows:
            for factor, level in row.levels.items():
                found.setdefault(factor, {})[level] = None
        return {factor: tuple(names) for factor, names in found.items()}

    @property
    def factors(self) -> tuple[str, ...]:
        """The dotted fields that the rows vary, in order of appearance."""
        written = (key for row in self.rows for key in row.overrides)
        return tuple(dict.fromkeys((*written, *self.searched)))


def switched(names: Iterable[str], on: Collection[str]) -> Mapping[str, str]:
    """The levels of components that rows switch on and off.

    >>> switched(("norm", "dropout"), {"norm"})
    {'norm': 'on', 'dropout': 'off'}
    """
    return {name: ON if name in on else OFF for name in names}


@dataclass(frozen=True, slots=True)
class Baseline:
    """The configuration that rows start from: as written, and with every default."""

    tree: Tree
    full: Tree


def _check_label(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise invalid("a label must be printable text, not empty")
    return value


Label = Annotated[str, AfterValidator(_check_label)]


class Ablation(Options):
    """One ablation as a study file writes it: a design, and what every design can say."""

    design: str
    """A registered design: ``ablate list designs``."""
    description: str = ""
    """The question that the ablation answers."""
    reference: str | None = None
    """The label of the row that the others are compared with; the design's own by default."""
    primary: Primary | None = None
    """The metric that this ablation's verdicts are about, where it is not the study's."""
    min_effect: float | None = Field(None, gt=0.0)
    """Differences below this, in the metric's unit, are called too small to matter."""
    contrasts: dict[Label, Weights] = {}
    """Name to the weights of rows, which sum to 0: questions about several rows at once."""
    start_from: str | None = None
    """A search ablation whose best configuration is this one's baseline."""

    def expand(self, baseline: Baseline) -> Expansion:
        """The rows, the reference first."""
        raise NotImplementedError

    @property
    def search(self) -> tuple[SearchOptions, KeyPath] | None:
        """The search that completes rows, and where it stands in the ablation; ``None`` if rows are complete."""
        return None

    def is_searched(self, label: str) -> bool:
        """Whether the search completes the row of that label."""
        return self.search is not None

    @property
    def row_pruner(self) -> PrunerOptions | None:
        """What ends rows early, if anything does."""
        return None


class Design(Ablation):
    """How the rows of an ablation arise."""

    tune: SearchOptions | None = None
    """Search these fields for every row, with the same budget each, before its seeds are run."""
    prune: AnyPruner = None
    """When rows that fall behind are ended early; never the baseline or a reference. ``null``: never."""

    @field_validator("prune")
    @classmethod
    def _prunes_by_epochs(cls, value: AnyPruner) -> AnyPruner:
        if value is not None and value.judges == "seeds":
            rule = f"{value.name} compares the seeds of a search's configurations, not rows"
            raise invalid(rule, "Use median or successive_halving")
        if isinstance(value, Hyperband):
            rule = "hyperband judges rows at different epochs, so that they cannot be compared"
            raise invalid(rule, "Use median or successive_halving")
        if isinstance(value, Median) and "startup_trials" not in value.model_fields_set:
            return value.model_copy(update={"startup_trials": ROWS_BEFORE_MEDIAN})
        return value

    @property
    def search(self) -> tuple[SearchOptions, KeyPath] | None:
        """``tune``, for every row."""
        return None if self.tune is None else (self.tune, ("tune",))

    @property
    def row_pruner(self) -> PrunerOptions | None:
        """``prune``."""
        return self.prune


def check_overrides(value: Any) -> Mapping[str, Any]:
    """Overrides as dotted fields; an error where one names no section of a trial."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise invalid("must be a mapping of fields to values, such as {model.batch_norm: true}")
    for key in value:
        if not may_change(str(key)) and key != "reference":
            raise invalid(f"unknown field '{key}'", hint(str(key)))
    return flatten(value)


Overrides = Annotated[Any, AfterValidator(check_overrides)]
Rows = Annotated[dict[Label, Overrides], Field(min_length=1)]


def baseline_row() -> RowSpec:
    """The row of the base configuration."""
    return RowSpec(BASELINE, {}, {})
