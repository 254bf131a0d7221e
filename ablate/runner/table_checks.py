"""Whether the metrics that tables are about exist for the data: their classes, and their label spaces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ablate.data.prepared import PreparedData
from ablate.errors import Problem, did_you_mean
from ablate.plan.types import AblationPlan, Plan
from ablate.report.wording import listed
from ablate.spec.labels import Labels
from ablate.spec.primary import Primary
from ablate.spec.study import Draft
from ablate.spec.yaml_file import KeyPath

#: Names that are listed, not only counted.
MOST_NAMED = 4


def absent(primary: Primary, data: PreparedData) -> str | None:
    """Why a network on this data has no such metric; ``None`` if it has."""
    labels = data.labels
    space = labels.spaces.get(primary.space, None if primary.space else labels.own)
    if space is None:
        return (
            f"{primary.metric}: a network of the classes {', '.join(labels.classes)} cannot be scored "
            f"in label space '{primary.space}', whose groups cut through them"
        )
    if primary.label and primary.label not in space.classes:
        known = did_you_mean(primary.label, space.classes)
        return f"{_owner(primary, data)} has no class '{primary.label}'. {known}"
    return None


def table_problems(draft: Draft, plan: Plan, data: Mapping[str, PreparedData]) -> Iterator[Problem]:
    """Metrics of ablations that a row of theirs lacks, and columns that every row lacks."""
    for ablation in plan.ablations:
        if ablation.primary is not None:
            place: KeyPath = ("ablations", ablation.name, "primary")
            rows = [
                (row.label, data[row.condition]) for row in ablation.rows if row.condition in data
            ]
            for message in _lacking(ablation.primary, rows):
                yield draft.problem(place, message)
    names = _row_names(plan)
    every = [
        (names.get(key, plan.conditions[key].name), found)
        for key, found in data.items()
        if not plan.conditions[key].stage
    ]
    columns = draft.header.layout.columns if draft.header is not None else ()
    for index, column in enumerate(columns):
        for metric in column.metrics:
            if all(absent(metric, found) for _, found in every):
                for message in _lacking(metric, every):
                    yield draft.problem(("columns", index), message)


def space_warnings(draft: Draft, plan: Plan, data: Mapping[str, PreparedData]) -> Iterator[Problem]:
    """Rows that are scored in a label space with classes that their networks never learn; each row once."""
    told: set[str] = set()
    for ablation in plan.ablations:
        found: dict[str, list[str]] = {}
        for row in ablation.rows:
            if row.condition in data and row.condition not in told:
                for message in _unlearned(data[row.condition].labels):
                    found.setdefault(message, []).append(row.label)
        told.update(row.condition for row in ablation.rows)
        for message, labels in found.items():
            yield draft.problem(_place(draft, ablation, labels), f"{_named(labels)}: {message}")


def _owner(primary: Primary, data: PreparedData) -> str:
    if primary.space:
        return f"label space '{primary.space}'"
    return data.name if data.labels.classes == data.labels.source else "data.classes"


def _lacking(metric: Primary, rows: Sequence[tuple[str, PreparedData]]) -> Iterator[str]:
    """The rows without such a metric, those together that lack it for one reason."""
    found: dict[str, list[str]] = {}
    for label, data in rows:
        reason = absent(metric, data)
        if reason is not None:
            found.setdefault(reason, []).append(label)
    for reason, labels in found.items():
        everywhere = 1 < len(labels) == len(rows)
        yield f"{'every row' if everywhere else _named(labels)}: {reason}"


def _unlearned(labels: Labels) -> Iterator[str]:
    for name, space in labels.spaces.items():
        missing = [
            label for index, label in enumerate(space.classes) if index not in space.of_network
        ]
        if missing:
            yield (
                f"data.classes leaves out all of {_named(missing)} of label space '{name}': the network never "
                "learns that, and is scored 0 there"
            )


def _row_names(plan: Plan) -> dict[str, str]:
    """Condition to the first row that has it."""
    names: dict[str, str] = {}
    for ablation in plan.ablations:
        for row in ablation.rows:
            names.setdefault(row.condition, row.label)
    return names


def _named(labels: Iterable[str]) -> str:
    names = [f"'{label}'" for label in dict.fromkeys(labels)]
    more = len(names) - MOST_NAMED
    return listed(names if more < 2 else [*names[:MOST_NAMED], f"{more} more"])


def _place(draft: Draft, ablation: AblationPlan, labels: Sequence[str]) -> KeyPath:
    """The row if it is one and written in the file by its name, else the ablation."""
    row: KeyPath = ("ablations", ablation.name, "rows", labels[0])
    return row if len(labels) == 1 and row in draft.document.lines else row[:2]
