"""Whether the metrics that tables are about exist for the data: their classes, and their label spaces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ablate.data.prepared import PreparedData
from ablate.errors import Problem, did_you_mean
from ablate.plan.types import Plan
from ablate.spec.primary import Primary
from ablate.spec.study import Draft


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
        return f"{data.name} has no class '{primary.label}'. {known}"
    return None


def table_problems(draft: Draft, plan: Plan, data: Mapping[str, PreparedData]) -> Iterator[Problem]:
    """Metrics of ablations that a row of theirs lacks, and columns that every row lacks."""
    for ablation in plan.ablations:
        keys = [row.condition for row in ablation.rows if row.condition in data]
        reasons = [absent(ablation.primary, data[key]) for key in keys] if ablation.primary else []
        for reason in dict.fromkeys(filter(None, reasons)):
            yield draft.problem(("ablations", ablation.name, "primary"), reason)
    columns = draft.header.layout.columns if draft.header is not None else ()
    for index, column in enumerate(columns):
        for metric in column.metrics:
            found = [absent(metric, prepared) for prepared in data.values()]
            if found and all(found):
                yield draft.problem(("columns", index), found[0] or "")
