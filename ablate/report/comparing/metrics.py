"""The metrics of two sides, and their differences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ablate.report.cells import Cell, MeanStd, Text
from ablate.report.columns import with_unit
from ablate.report.compare import Comparison, compare
from ablate.report.comparing.obstacles import obstacles
from ablate.report.comparing.side import Side
from ablate.report.comparison_cells import Delta, Wins
from ablate.report.number_format import ABSENT, NumberFormat
from ablate.report.statistics import ALPHA
from ablate.report.table import AblationTable
from ablate.report.wording import seed_list
from ablate.spec.primary import Primary

_SPLITS = ("test", "val", "train")


@dataclass(frozen=True, slots=True)
class _Notes:
    """Numbered sentences of a footer, in the order in which they are asked for."""

    sentences: list[str] = field(default_factory=list)

    def marks(self, sentences: Sequence[str]) -> str:
        """``[1] [2]``."""
        for sentence in sentences:
            if sentence and sentence not in self.sentences:
                self.sentences.append(sentence)
        return " ".join(f"[{self.sentences.index(one) + 1}]" for one in sentences if one)

    def lines(self) -> Iterator[str]:
        for number, sentence in enumerate(self.sentences, start=1):
            yield f"[{number}] {sentence}"


def metrics_table(first: Side, second: Side, *, judged: bool) -> AblationTable:
    """A metric of all classes in each line, the primary first; B minus A.

    ``judged`` adds intervals, and a verdict on the primary metric: for rows, never for single runs.
    """
    notes = _Notes()
    metrics = _shared(first, second)
    lines = [_line(first, second, metric, notes, judged=judged) for metric in metrics]
    judging = ("wins", "verdict") if judged else ()
    title = "B - A [95 % CI]" if judged else "B - A"
    return AblationTable(
        title="Metrics",
        description="" if lines else "There is no metric that both recorded.",
        columns=("metric", "A", "B", title, *judging),
        rows=tuple(lines),
        footer=(*_footer(first, second, judged=judged), *notes.lines()) if lines else (),
        records=(),
    )


def compared(first: Side, second: Side, metric: Primary) -> Comparison | None:
    """B against A, where a difference means something."""
    if obstacles(first, second, metric):
        return None
    small = first.min_effect if first.min_effect == second.min_effect else None
    values, references = second.values(metric.metric), first.values(metric.metric)
    effect = small if metric.metric == first.primary.metric else None
    return compare(values, references, maximize=metric.maximize, min_effect=effect)


def known_metric(side: Side, name: str) -> Primary:
    """A metric by its name; of the primary one the study says more."""
    return side.primary if name == side.primary.metric else Primary(metric=name)


def _shared(first: Side, second: Side) -> list[Primary]:
    names = [name for name in first.metrics if name in second.metrics and name.count("/") == 1]
    primary = first.primary.metric

    def place(name: str) -> tuple[bool, int, str]:
        split = name.partition("/")[0]
        return name != primary, _SPLITS.index(split) if split in _SPLITS else len(_SPLITS), name

    names += [primary] if primary not in names and _both(first, second, primary) else []
    return [known_metric(first, name) for name in sorted(names, key=place)]


def _both(first: Side, second: Side, metric: str) -> bool:
    return metric in first.metrics and metric in second.metrics


def _line(
    first: Side, second: Side, metric: Primary, notes: _Notes, *, judged: bool
) -> tuple[Cell, ...]:
    number = NumberFormat.of(metric.info)
    found = compared(first, second, metric)
    reasons = obstacles(first, second, metric)
    difference = Text(f"not comparable {notes.marks(reasons)}")
    line = (
        Text(with_unit(metric.metric, number)),
        MeanStd(first.summary(metric.metric), number),
        MeanStd(second.summary(metric.metric), number),
        difference if reasons else Delta(found, number, interval=judged),
    )
    if not judged:
        return line
    primary = metric.metric == first.primary.metric
    return *line, Wins(found), _verdict(found if primary else None, notes)


def _verdict(found: Comparison | None, notes: _Notes) -> Text:
    if found is None:
        return Text(ABSENT)
    return Text(f"{found.verdict} {notes.marks([found.note])}".strip())


def _footer(first: Side, second: Side, *, judged: bool) -> Iterator[str]:
    if not judged:
        yield "One run each: how much another seed would change the numbers is unknown, hence no verdict."
        return
    if first.seeds == second.seeds:
        yield f"A, B: mean ± standard deviation (n - 1) over {seed_list(first.seeds)}."
        yield "B - A: mean of the differences between runs with the same seed; of percentages in percentage points."
    else:
        yield f"A, B: mean ± standard deviation (n - 1) over {seed_list(first.seeds)} and {seed_list(second.seeds)}."
    yield "[low, high]: 95 % confidence interval of the difference; if it contains 0, chance alone could explain it."
    yield (
        f"verdict of B against A: better or worse if p < {ALPHA} (two-sided t-test), of {first.primary.metric} alone. "
        "It is that of one comparison: who looks at many pairs needs the correction that 'ablate table' makes."
    )
