"""The sentences under a table: what its numbers mean, and what they do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.columns import reference_name
from ablate.report.compare import Comparison, Verdict
from ablate.report.guide import seeds_guide
from ablate.report.noise_footer import noise_sentences
from ablate.report.number_format import NumberFormat
from ablate.report.overlap import overlap_sentences
from ablate.report.property_notes import property_sentences
from ablate.report.provenance import provenance
from ablate.report.removal import removal_sentences
from ablate.report.search_footer import search_sentences
from ablate.report.segmentation import class_sentences, pixel_sentences
from ablate.report.sharing import sharing_sentence
from ablate.report.statistics import ALPHA
from ablate.report.ticks import tick_sentences
from ablate.report.wording import counted, seed_list, sentence
from ablate.spec.primary import Primary
from ablate.spec.properties import Property


def footer_of(
    analysis: Analysis,
    shown: Sequence[Primary],
    properties: Sequence[Property],
    *,
    times: Sequence[str],
) -> tuple[str, ...]:
    """The footer's sentences, without the numbered notes.

    ``shown`` are the metrics of the table, the primary first, ``properties`` what the study names beside them;
    ``times`` are the titles of columns of times.
    """
    sentences = [*_spread(analysis.rows), *_differences(analysis), *_verdicts(analysis)]
    rows = [row.results for row in analysis.rows]
    sharing = sharing_sentence(analysis, times)
    return (
        *sentences,
        *noise_sentences(analysis),
        *seeds_guide(analysis),
        *tick_sentences(analysis),
        *map(sentence, analysis.ablation.notes),
        *class_sentences(rows, shown),
        *pixel_sentences(rows, shown),
        *property_sentences(analysis, properties),
        *search_sentences(analysis),
        *provenance(analysis),
        *overlap_sentences(rows, shown),
        *([sharing] if sharing else []),
    )


def _spread(rows: Sequence[RowAnalysis]) -> Iterator[str]:
    if not any(row.primary.n for row in rows):
        yield "No run has finished yet."
        return
    planned = {row.results.seeds for row in rows}
    if len(planned) > 1:
        yield "mean ± std: mean and standard deviation (n - 1) over each row's own seeds."
        return
    (seeds,) = planned
    if len(seeds) == 1:
        yield (
            f"One run each ({seed_list(seeds)}): how much another seed would change the numbers "
            "is unknown, so no row can be called better or worse."
        )
    else:
        yield f"mean ± std: mean and standard deviation (n - 1) over {seed_list(seeds)}."


def _differences(analysis: Analysis) -> Iterator[str]:
    found = _comparisons(analysis)
    if not found:
        return
    unit = ", in percentage points" if NumberFormat.of(analysis.primary.info).scale == 100.0 else ""
    if any(item.paired for item in found):
        yield f"delta: mean of the differences between runs with the same seed{unit}."
    if any(item.low is not None for item in found):
        yield (
            "[low, high]: 95 % confidence interval of the delta (Student's t, paired by seed, each by itself); "
            "if it contains 0, the runs do not rule out that there is no difference."
        )
    yield from removal_sentences(analysis)
    if any(row.rung for row in analysis.rows):
        yield "delta to row above: what the row's own change adds to those above it; not tested."
    if any(item.wins is not None for item in found):
        yield f"wins: seeds in which the row beats {_opponent(analysis)}."
    if not analysis.primary.maximize:
        yield f"Lower {analysis.primary.metric} is better."


def _verdicts(analysis: Analysis) -> Iterator[str]:
    tested = [item for item in _comparisons(analysis) if item.p is not None]
    if tested:
        yield _rule(len(tested))
    if any(item.verdict is Verdict.SUGGESTIVE for item in tested):
        yield (
            "suggestive: the interval, taken alone, excludes 0, but among several comparisons "
            "that happens by chance too often; more seeds would tell."
        )
    if any(row.results.pruned for row in analysis.rows):
        yield "pruned: ended early, hence no verdict; the runs it had count nowhere."
    if analysis.ablation.min_effect is not None:
        size = NumberFormat.of(analysis.primary.info).plain(analysis.ablation.min_effect)
        yield f"too small to matter: the whole interval lies within ±{size}."
    if any(item.verdict is Verdict.ONE_SEED for item in _comparisons(analysis)):
        yield "1 seed: cannot tell: one pair of runs shows a difference, not whether it is the seed's."
    if analysis.best is not None:
        yield (
            "Bold: the best mean, shown only where the verdicts bear it out; "
            f"rows are compared with {_opponent(analysis)}, not with each other."
        )
    yield from _cross_check(analysis)


def _rule(comparisons: int) -> str:
    if comparisons == 1:
        test = "two-sided t-test, one comparison, no correction"
    else:
        test = f"two-sided t-test, Holm's correction for {counted(comparisons, 'comparison')}"
    return f"verdict: better or worse if p < {ALPHA} ({test}), else cannot tell, which does not mean no difference."


def _cross_check(analysis: Analysis) -> Iterator[str]:
    found = [
        f"{row.label} {row.comparison.sign_flip:.3g}"
        for row in analysis.rows
        if row.comparison is not None and row.comparison.sign_flip is not None
    ]
    if found:
        yield f"Cross-check, exact sign-flip test, p without correction: {'; '.join(found)}."


def _opponent(analysis: Analysis) -> str:
    if len(analysis.references) != 1:
        return "its reference"
    name = reference_name(analysis)
    return "the reference" if name == "reference" else name


def _comparisons(analysis: Analysis) -> list[Comparison]:
    return [row.comparison for row in analysis.rows if row.comparison is not None]
