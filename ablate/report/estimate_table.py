"""Tables of estimated contrasts: one line each, with interval, corrected p and a verdict in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ablate.report.analysis import Analysis
from ablate.report.cells import Cell, Seeds, Text
from ablate.report.compare import Comparison, Verdict
from ablate.report.comparison_cells import Delta, PValue
from ablate.report.estimates import Estimate, Kind
from ablate.report.number_format import NumberFormat
from ablate.report.records import Record
from ablate.report.statistics import ALPHA
from ablate.report.table import AblationTable
from ablate.report.wording import counted, quoted, seed_list


def estimate_table(
    title: str, first: str, analysis: Analysis, lines: Sequence[Estimate], meaning: Sequence[str]
) -> AblationTable:
    """The table of ``lines``, named by the column ``first``; ``meaning`` are sentences on what they are."""
    tested = any(line.found and line.found.p is not None for line in lines)
    number = NumberFormat.of(analysis.primary.info)
    interval = (
        " [95 % CI]" if any(line.found and line.found.low is not None for line in lines) else ""
    )
    return AblationTable(
        title=title,
        description="",
        columns=(
            first,
            "seeds",
            f"estimate{interval}",
            *([_p(lines)] if tested else []),
            "verdict",
        ),
        rows=tuple(_cells(line, number, tested=tested) for line in lines),
        footer=(*meaning, *_footer(analysis, lines)),
        records=tuple(_record(line, analysis) for line in lines),
        level=3,
    )


def _p(lines: Sequence[Estimate]) -> str:
    """What the column of p-values is called: of one, there is nothing to correct."""
    tested = [line for line in lines if line.found and line.found.p is not None]
    return "p" if len(tested) == 1 else "p (Holm)"


def unit_of(analysis: Analysis) -> str:
    """The unit of differences of the primary metric, to follow its name."""
    percent = NumberFormat.of(analysis.primary.info).scale == 100.0
    return ", in percentage points" if percent else ""


def estimate_sentence(analysis: Analysis) -> str:
    """What is estimated, and over which seeds."""
    seeds = sorted({seed for row in analysis.rows for seed in row.results.seeds})
    how = f"computed within each seed and averaged over {seed_list(seeds)}"
    what = f"estimate: of {analysis.primary.metric}{unit_of(analysis)}"
    return f"{what}, {how if len(seeds) > 1 else f'from {seed_list(seeds)} alone'}."


def _cells(line: Estimate, number: NumberFormat, *, tested: bool) -> tuple[Cell, ...]:
    pairs = line.found.n_pairs if line.found else 0
    return (
        Text(line.name),
        Seeds(pairs, line.planned),
        Delta(line.found, number),
        *([PValue(line.found.p_holm if line.found else None)] if tested else []),
        Text(line.verdict or "-"),
    )


def _footer(analysis: Analysis, lines: Sequence[Estimate]) -> Iterator[str]:
    found = [line.found for line in lines if line.found is not None]
    if any(item.low is not None for item in found):
        yield (
            "[low, high]: 95 % confidence interval of the estimate (Student's t over the seeds); "
            "if it contains 0, chance alone could explain it."
        )
    if any(line.found and line.found.n_pairs < line.planned for line in lines):
        yield "seeds: a seed counts where every row that the line needs has a value."
    yield from _verdicts(analysis, lines, found)
    for note in dict.fromkeys(item.note for item in found if item.note):
        names = [line.name for line in lines if line.found and line.found.note == note]
        yield f"{quoted(names)}: {note}."


def _verdicts(
    analysis: Analysis, lines: Sequence[Estimate], found: Sequence[Comparison]
) -> Iterator[str]:
    tested = [line for line in lines if line.found and line.found.p is not None]
    if tested:
        rule = f"{_words(tested)} if {_p(lines)} < {ALPHA}"
        yield f"verdict: {rule} ({_correction(tested)}), else cannot tell."
    if any(item.verdict is Verdict.SUGGESTIVE for item in found):
        yield f"suggestive: p < {ALPHA} before the correction, but not after it; more seeds would tell."
    if analysis.ablation.min_effect is not None:
        size = NumberFormat.of(analysis.primary.info).plain(analysis.ablation.min_effect)
        yield f"too small to matter: the whole interval lies within ±{size}."
    if any(item.verdict is Verdict.ONE_SEED for item in found):
        yield "1 seed: cannot tell: an estimate without an interval, since another seed may give another."
    if not analysis.primary.maximize:
        yield f"Lower {analysis.primary.metric} is better."


def _words(tested: Sequence[Estimate]) -> str:
    said = {
        Kind.EFFECT: "better or worse",
        Kind.INTERACTION: "present",
        Kind.DECLARED: "positive or negative",
    }
    kinds = {line.kind for line in tested}
    if kinds == {Kind.EFFECT, Kind.INTERACTION}:
        return 'better or worse, of an interaction "present",'
    (kind,) = kinds
    return said[kind]


def _correction(tested: Sequence[Estimate]) -> str:
    if len(tested) == 1:
        return "two-sided t-test, one line, no correction"
    return f"two-sided t-test, Holm's correction for {counted(len(tested), 'line')}"


def _record(line: Estimate, analysis: Analysis) -> Record:
    found = line.found
    return Record(
        ablation=analysis.ablation.name,
        row=line.name,
        metric=f"{line.kind}/{analysis.primary.metric}",
        seeds=line.planned,
        n=found.n_pairs if found else 0,
        mean=None,
        std=None,
        delta=found.delta if found else None,
        low=found.low if found else None,
        high=found.high if found else None,
        p=found.p if found else None,
        p_holm=found.p_holm if found else None,
        verdict=line.verdict,
    )
