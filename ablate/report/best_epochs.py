"""The highest value that each metric reached while training, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ablate.plan.types import AblationPlan, Plan
from ablate.report.cells import Cell, Epochs, MeanStd, Text
from ablate.report.columns import with_unit
from ablate.report.number_format import NumberFormat
from ablate.report.records import Record
from ablate.report.rows import RowResults, Summary, gather, primary_of, summarise
from ablate.report.segmentation import different_classes, segments
from ablate.report.table import AblationTable
from ablate.report.wording import seed_list
from ablate.results import ResultSet
from ablate.spec.columns import USUAL_LAYOUT, Layout
from ablate.spec.primary import Primary

#: What people ask of a segmentation, beside the primary metric and the columns of the study.
_USUAL = ("miou", "pixel_accuracy")


def best_epochs_table(
    plan: Plan, ablation: AblationPlan, results: ResultSet, layout: Layout = USUAL_LAYOUT
) -> AblationTable | None:
    """Each validation metric's best value over the epochs; ``None`` where that is not recorded.

    Studies of segmentation alone have it: the primary metric, mean IoU and pixel accuracy (in the primary's label
    space), and what ``layout.columns`` names.
    """
    rows = gather(plan, ablation, results)
    wanted = _metrics(primary_of(plan, ablation), layout)
    found = [metric for metric in wanted if _is_recorded(rows, metric)]
    if not segments(plan.example) or not found:
        return None
    return AblationTable(
        title=f"{ablation.name}: best epochs",
        description="",
        columns=("variant", *(title for metric in found for title in _titles(rows, metric))),
        rows=tuple(
            (Text(row.row.label), *(cell for metric in found for cell in _cells(row, metric)))
            for row in rows
        ),
        footer=tuple(_footer(rows, found)),
        records=tuple(record for row in rows for record in _records(ablation, row, found)),
        level=3,
    )


def _metrics(primary: Primary, layout: Layout) -> tuple[Primary, ...]:
    suffix = f"@{primary.space}" if primary.space else ""
    monitored = primary.model_copy(update={"metric": primary.monitored})
    usual = [Primary(metric=f"val/{name}{suffix}") for name in _USUAL]
    columns = [metric for metric in layout.metrics if metric.split == "val"]
    return tuple({metric.metric: metric for metric in (monitored, *usual, *columns)}.values())


def _is_recorded(rows: Sequence[RowResults], metric: Primary) -> bool:
    return any(epoch is not None for row in rows for epoch in row.epochs(metric.metric))


def _titles(rows: Sequence[RowResults], metric: Primary) -> tuple[str, str]:
    best = "highest" if metric.maximize else "lowest"
    title = f"{best} {with_unit(metric.metric, NumberFormat.of(metric.info))}"
    spread = any(row.best(metric.metric).std is not None for row in rows)
    return f"{title} (mean ± std)" if spread else title, "at epoch"


def _cells(row: RowResults, metric: Primary) -> tuple[Cell, Cell]:
    number = NumberFormat.of(metric.info)
    return MeanStd(row.best(metric.metric), number), Epochs(row.epochs(metric.metric))


def _footer(rows: Sequence[RowResults], metrics: Sequence[Primary]) -> Iterator[str]:
    yield (
        "The best of all epochs for each metric by itself, whatever checkpoint was kept: chosen as the best "
        "of many on the split that it is reported on, and so optimistic."
    )
    planned = {row.seeds for row in rows}
    if len(planned) > 1:
        yield "at epoch: one for each of the row's seeds, in ascending order."
    elif len(seeds := next(iter(planned))) > 1:
        yield f"at epoch: of {seed_list(seeds)}, in this order."
    yield from different_classes(rows, metrics)


def _records(
    ablation: AblationPlan, row: RowResults, metrics: Sequence[Primary]
) -> Iterator[Record]:
    for metric in metrics:
        yield _record(ablation, row, f"best/{metric.metric}", row.best(metric.metric))
        epochs = dict(zip(row.seeds, row.epochs(metric.metric), strict=True))
        found = summarise({seed: None if e is None else float(e) for seed, e in epochs.items()})
        yield _record(ablation, row, f"best_epoch/{metric.metric}", found)


def _record(ablation: AblationPlan, row: RowResults, metric: str, found: Summary) -> Record:
    seeds = len(row.seeds)
    return Record(ablation.name, row.row.label, metric, seeds, found.n, found.mean, found.std)
