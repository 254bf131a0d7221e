"""The sentences about test-set noise: what it is, and above all what it is not."""

from __future__ import annotations

from collections.abc import Iterator

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.noise import SamplingNoise
from ablate.report.statistics import RESAMPLES
from ablate.report.wording import counted

NOISE_TITLE = "test-set noise only [95 %]"

#: Rows whose p is named.
MOST_NAMED = 6


def noise_sentences(analysis: Analysis) -> Iterator[str]:
    """Nothing where no row has an interval or a p."""
    found = [(row, row.noise) for row in analysis.rows if row.noise is not None]
    if not found:
        return
    if any(noise.low is not None for _, noise in found):
        yield (
            f"test-set noise only: the same two trained models scored on other images like the "
            f"{_images(found)} of {analysis.primary.split}; the delta would mostly lie between these "
            f"bounds (95 % of {RESAMPLES:,} paired bootstrap resamples of the images)."
        )
    yield from _mcnemar(found)
    yield (
        "Neither says what another seed would do, which may change more: two trainings that differ in their seed "
        "alone come out as different in about one of four cases. Hence no verdict; more seeds give one."
    )


def _images(found: list[tuple[RowAnalysis, SamplingNoise]]) -> str:
    sizes = sorted({noise.images for _, noise in found})
    return counted_images(sizes[0]) if len(sizes) == 1 else f"{sizes[0]:,} to {sizes[-1]:,} images"


def counted_images(number: int) -> str:
    """``10,000 images``."""
    return f"{number:,} {'image' if number == 1 else 'images'}"


def _mcnemar(found: list[tuple[RowAnalysis, SamplingNoise]]) -> Iterator[str]:
    tested = [(row, noise) for row, noise in found if noise.p is not None]
    if not tested:
        return
    named = "; ".join(
        f"{row.label} p = {noise.p:.2g} ({noise.gained} right in it alone, {noise.lost} in the reference alone)"
        for row, noise in tested[:MOST_NAMED]
    )
    more = len(tested) - MOST_NAMED
    rest = f"; {counted(more, 'row')} more, see the CSV" if more > 0 else ""
    yield f"McNemar's exact test of the same images, test-set noise only: {named}{rest}."
