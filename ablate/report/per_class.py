"""Metrics class by class: which classes a row gains and loses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ablate.plan.types import AblationPlan, Plan
from ablate.report.cells import Cell, Mean, Shared, Shifted, Text
from ablate.report.class_views import ClassView, views
from ablate.report.compare import compare
from ablate.report.comparison_cells import Delta
from ablate.report.number_format import NumberFormat
from ablate.report.records import Record
from ablate.report.rows import RowResults, gather, primary_of
from ablate.report.segmentation import segments, space_sentence, unlearned_sentences
from ablate.report.spaces import comparable, why_unscored
from ablate.report.table import AblationTable
from ablate.report.wording import listed, quoted
from ablate.results import ResultSet, base_metric
from ablate.spec.columns import USUAL_LAYOUT, ClassMetrics, Layout
from ablate.spec.primary import Primary

#: Metric of a class to that of all classes which is its mean.
_MEANS = {"iou": "miou", "dice": "dice", "pixel_ap": "pixel_ap"}

#: More differences than these make a table too wide.
MOST_SHIFTS = 8

#: A row and its reference, whose difference is shown.
Pair = tuple[RowResults, RowResults]


def per_class_tables(
    plan: Plan, ablation: AblationPlan, results: ResultSet, layout: Layout = USUAL_LAYOUT
) -> tuple[AblationTable, ...]:
    """Tables with one row per class and one column per row of the ablation; none if no trial recorded any.

    Means over the seeds, on the split of the primary metric. There is one table for each of ``layout.per_class`` and
    each set of classes that rows tell apart, and one for each label space that they are scored in.
    """
    rows, primary = gather(plan, ablation, results), primary_of(plan, ablation)
    cells = layout.per_class or (_usual(plan),)
    found = _distinct(view for cell in cells for view in views(rows, primary.split, cell))
    known = {(row.row.label, primary.metric) for row in rows}
    known |= {(row.row.label, metric.metric) for row in rows for metric in layout.metrics}
    tables = []
    for view in found:
        records = [record for record in _records(ablation, view) if _key(record) not in known]
        known |= set(map(_key, records))
        tables.append(_table(ablation, view, rows, tuple(records)))
    return tuple(tables)


def _distinct(found: Iterable[ClassView]) -> tuple[ClassView, ...]:
    """Each table once: a cell of two metrics shows but one where the other has no values."""
    return tuple({(view.title, tuple(_labels(view))): view for view in found}.values())


def _labels(view: ClassView) -> list[str]:
    return [row.row.label for row in view.rows]


def _usual(plan: Plan) -> ClassMetrics:
    return ClassMetrics.model_validate("iou" if segments(plan.example) else "accuracy")


def _table(
    ablation: AblationPlan,
    view: ClassView,
    rows: Sequence[RowResults],
    records: tuple[Record, ...],
) -> AblationTable:
    pair = _pair(ablation, view)
    shifts = _shifts(view) if pair is None else {}
    body = [_line(name, _of_class(view, name), view, pair, shifts) for name in view.classes]
    if means := _means(view):
        name = f"mean ({means[0].info.title})" if len(means) == 1 else "mean"
        body.append(_line(name, means, view, pair, shifts))
    return AblationTable(
        title=f"{ablation.name}: {view.title}",
        description="",
        columns=("class", *_labels(view), *(["delta"] if pair else [])),
        rows=tuple(body),
        footer=tuple(_footer(view, rows, pair, shifts)),
        records=records,
        level=3,
    )


def _pair(ablation: AblationPlan, view: ClassView) -> Pair | None:
    """The two rows of an ablation that has no others, where one is compared with the other."""
    if len(ablation.rows) != 2 or len(view.rows) != 2:
        return None
    first, second = view.rows
    if second.row.reference == first.row.label:
        return second, first
    return (first, second) if first.row.reference == second.row.label else None


def _shifts(view: ClassView) -> dict[str, RowResults]:
    """Label to the reference of each row whose differences stand behind its values; none in a wide table."""
    shown = {row.row.label: row for row in view.rows}
    found = {label: shown.get(row.row.reference or "") for label, row in shown.items()}
    if sum(row is not None for row in found.values()) * len(view.metrics) > MOST_SHIFTS:
        return {}
    return {label: row for label, row in found.items() if row is not None}


def _of_class(view: ClassView, name: str) -> tuple[Primary, ...]:
    return tuple(
        metric.model_copy(update={"metric": f"{metric.metric}/{name}"}) for metric in view.metrics
    )


def _means(view: ClassView) -> tuple[Primary, ...]:
    """The metrics of all classes that a last line shows; none unless each of a cell has one."""
    names = [_MEANS.get(base_metric(metric.name)) for metric in view.metrics]
    suffix = f"@{view.space}" if view.space else ""
    split = view.metrics[0].split
    means = (Primary(metric=f"{split}/{name}{suffix}") for name in names if name is not None)
    return tuple(means) if None not in names else ()


def _line(
    name: str,
    metrics: Sequence[Primary],
    view: ClassView,
    pair: Pair | None,
    shifts: Mapping[str, RowResults],
) -> tuple[Cell, ...]:
    cells = [_value(row, metrics, shifts.get(row.row.label)) for row in view.rows]
    if pair is not None:
        cells.append(_in_one([_delta(pair, metric) for metric in metrics]))
    return Text(name), *cells


def _value(row: RowResults, metrics: Sequence[Primary], reference: RowResults | None) -> Cell:
    value = _in_one([_mean(row, metric) for metric in metrics])
    if reference is None or not all(comparable(row, reference, metric) for metric in metrics):
        return value
    return Shifted(value, _in_one([_delta((row, reference), metric) for metric in metrics]))


def _in_one(parts: Sequence[Mean] | Sequence[Delta]) -> Cell:
    return parts[0] if len(parts) == 1 else Shared(tuple(parts))


def _mean(row: RowResults, metric: Primary) -> Mean:
    return Mean(row.summary(metric.metric), NumberFormat.short(metric.info))


def _delta(pair: Pair, metric: Primary) -> Delta:
    row, reference = (row.values(metric.metric) for row in pair)
    found = compare(row, reference, maximize=metric.maximize)
    return Delta(found, NumberFormat.short(metric.info), interval=False)


def _footer(
    view: ClassView,
    rows: Sequence[RowResults],
    pair: Pair | None,
    shifts: Mapping[str, RowResults],
) -> Iterator[str]:
    names = [metric.metric for metric in view.metrics]
    unit = " in percent" if all(metric.info.percent for metric in view.metrics) else ""
    yield f"{' / '.join(names)} of each class{unit}, mean over the seeds."
    if means := [metric.metric for metric in _means(view)]:
        yield f"mean: {' / '.join(means)}, over the classes that have a value."
    if pair is not None:
        yield (
            f'delta: "{pair[0].row.label}" minus "{pair[1].row.label}", mean of the differences '
            f"between runs with the same seed{', in percentage points' if unit else ''}; not tested."
        )
    if any(row.finished for row in shifts.values()):
        yield (
            f"In brackets: the difference to {_compared(shifts)}, mean over runs with the same "
            f"seed{', in percentage points' if unit else ''}; not tested."
        )
    if view.space:
        yield space_sentence(names, view.space, view.classes)
        single = [metric.metric for name in view.classes for metric in _of_class(view, name)]
        yield from unlearned_sentences(view.rows, single, view.space)
        yield from _left_out(view, rows)
    if some := list(_fewer_seeds(view)):
        yield f"Fewer seeds have a value: {'; '.join(some)}."
    if _has_gaps(view):
        yield _absent(view)


def _compared(shifts: Mapping[str, RowResults]) -> str:
    references = {row.row.label for row in shifts.values()}
    return quoted(list(references)) if len(references) == 1 else "the row that it is compared with"


def _left_out(view: ClassView, rows: Sequence[RowResults]) -> Iterator[str]:
    for row in rows:
        if row not in view.rows:
            reason = why_unscored(row.condition.config, view.space)
            yield f'"{row.row.label}" is left out: {reason}.'


def _fewer_seeds(view: ClassView) -> Iterator[str]:
    """The cells that are means over some of a row's results only: ``car of "baseline" (2 of 3)``."""
    for row in filter(lambda row: segments(row.condition.config), view.rows):
        done = len(row.finished)
        found: dict[int, list[str]] = {}
        for name in view.classes:
            least = min(row.summary(metric.metric).n for metric in _of_class(view, name))
            if 0 < least < done:
                found.setdefault(least, []).append(name)
        for least, names in found.items():
            of = "" if len(names) == len(view.classes) else f"{listed(names)} of "
            yield f'{of}"{row.row.label}" ({least} of {done})'


def _has_gaps(view: ClassView) -> bool:
    metrics = [metric for name in view.classes for metric in _of_class(view, name)]
    return any(
        row.finished and not row.summary(metric.metric).n for row in view.rows for metric in metrics
    )


def _absent(view: ClassView) -> str:
    if segments(view.rows[0].condition.config):
        return '"-" means no pixel of the class, neither in truth nor in prediction.'
    return '"-" means no image of the class in the split.'


def _records(ablation: AblationPlan, view: ClassView) -> Iterator[Record]:
    of_classes = (metric for name in view.classes for metric in _of_class(view, name))
    metrics = [metric.metric for metric in (*of_classes, *_means(view))]
    for row in view.rows:
        for metric in metrics:
            found, seeds = row.summary(metric), len(row.seeds)
            yield Record(
                ablation.name, row.row.label, metric, seeds, found.n, found.mean, found.std
            )


def _key(record: Record) -> tuple[str, str]:
    return record.row, record.metric
