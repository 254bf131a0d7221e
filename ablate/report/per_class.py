"""Metrics class by class: which classes a row gains and loses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ablate.plan.types import AblationPlan, Plan
from ablate.report.cells import Cell, Delta, Mean, NumberFormat, Shared, Text
from ablate.report.class_views import ClassView, views
from ablate.report.compare import compare
from ablate.report.records import Record
from ablate.report.rows import RowResults, gather, primary_of
from ablate.report.segmentation import segments, space_sentence, unlearned_sentences
from ablate.report.spaces import why_unscored
from ablate.report.table import AblationTable
from ablate.report.wording import listed
from ablate.results import ResultSet, base_metric
from ablate.spec.columns import USUAL_LAYOUT, ClassMetrics, Layout
from ablate.spec.primary import Primary

#: Metric of a class to that of all classes which is its mean.
_MEANS = {"iou": "miou", "dice": "dice", "pixel_ap": "pixel_ap"}

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
    body = [_line(name, _of_class(view, name), view, pair) for name in view.classes]
    if means := _means(view):
        name = f"mean ({means[0].info.title})" if len(means) == 1 else "mean"
        body.append(_line(name, means, view, pair))
    return AblationTable(
        title=f"{ablation.name}: {view.title}",
        description="",
        columns=("class", *_labels(view), *(["delta"] if pair else [])),
        rows=tuple(body),
        footer=tuple(_footer(view, rows, pair)),
        records=records,
        level=3,
    )


def _pair(ablation: AblationPlan, view: ClassView) -> Pair | None:
    """The two rows of an ablation that has no others, where one is compared with the other."""
    if (
        len(ablation.rows) != 2
        or len(view.rows) != 2
        or not segments(view.rows[0].condition.config)
    ):
        return None
    first, second = view.rows
    if second.row.reference == first.row.label:
        return second, first
    return (first, second) if first.row.reference == second.row.label else None


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
    name: str, metrics: Sequence[Primary], view: ClassView, pair: Pair | None
) -> tuple[Cell, ...]:
    cells = [_in_one([_mean(row, metric) for metric in metrics]) for row in view.rows]
    if pair is not None:
        cells.append(_in_one([_delta(pair, metric) for metric in metrics]))
    return Text(name), *cells


def _in_one(parts: Sequence[Mean] | Sequence[Delta]) -> Cell:
    return parts[0] if len(parts) == 1 else Shared(tuple(parts))


def _mean(row: RowResults, metric: Primary) -> Mean:
    return Mean(row.summary(metric.metric), NumberFormat.short(metric.info))


def _delta(pair: Pair, metric: Primary) -> Delta:
    row, reference = (row.values(metric.metric) for row in pair)
    found = compare(row, reference, maximize=metric.maximize)
    return Delta(found, NumberFormat.short(metric.info), interval=False)


def _footer(view: ClassView, rows: Sequence[RowResults], pair: Pair | None) -> Iterator[str]:
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
    if view.space:
        yield space_sentence(names, view.space, view.classes)
        single = [metric.metric for name in view.classes for metric in _of_class(view, name)]
        yield from unlearned_sentences(view.rows, single, view.space)
        yield from _left_out(view, rows)
    if some := list(_fewer_seeds(view)):
        yield f"Fewer seeds have a value: {'; '.join(some)}."
    if _has_gaps(view):
        yield _absent(view)


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
