"""The sentences about test-set noise: what it is, and above all what it is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ablate.report.analysis import Analysis
from ablate.report.noise import SamplingNoise
from ablate.report.statistics import RESAMPLES
from ablate.report.wording import counted

NOISE_TITLE = "test-set noise only [95 %]"

#: Rows whose p is named.
MOST_NAMED = 6

#: A row's label and the noise of its comparison.
Found = Sequence[tuple[str, SamplingNoise]]


def noise_sentences(analysis: Analysis) -> Iterator[str]:
    """Nothing where no row has an interval or a p."""
    found = [(row.label, row.noise) for row in analysis.rows if row.noise is not None]
    if any(noise.low is not None for _, noise in found):
        yield (
            "test-set noise only [low, high]: how far the delta of the same two trained models would move on "
            f"other images like the {_images(found)} of {analysis.primary.split} "
            f"(95 % of {RESAMPLES:,} paired bootstrap resamples of these images)."
        )
    yield from _mcnemar(found)
    if found:
        yield (
            "Test-set noise is not the noise of training: another seed may change the delta more. Of two runs that "
            "differ in nothing but the seed, about one pair in four looks different by this measure; hence no "
            "verdict. More seeds would tell."
        )


def _images(found: Found) -> str:
    sizes = sorted({noise.images for _, noise in found})
    return f"{sizes[0]:,}" if len(sizes) == 1 else f"{sizes[0]:,} to {sizes[-1]:,}"


def _mcnemar(found: Found) -> Iterator[str]:
    tested = [
        f"{label} {_p(noise.p)} ({noise.gained:,} against {noise.lost:,} images)"
        for label, noise in found
        if noise.p is not None
    ]
    if not tested:
        return
    more = len(tested) - MOST_NAMED
    rest = f"; {counted(more, 'row')} more, in the CSV" if more > 0 else ""
    yield (
        "McNemar's exact test, p for test-set noise only, of the images that the row alone gets right against those "
        f"that its reference alone gets right: {'; '.join(tested[:MOST_NAMED])}{rest}."
    )


def _p(value: float) -> str:
    """Three decimals, and no more."""
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"
