"""Numbered notes under a table: why a seed is missing, what is unusual about a comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.rows import Missing
from ablate.report.sharing import sharing_note
from ablate.report.wording import counted, seed_list
from ablate.results import Status

#: Places that a note names before it says how many more there are.
MOST_PLACES = 6


@dataclass(frozen=True, slots=True)
class Notes:
    """Sentences in the order of the table, each with the places (rows and seeds) it is about."""

    places: Mapping[str, tuple[str, ...]]

    def number(self, sentence: str) -> int | None:
        """The number of a sentence, from 1; ``None`` for an empty one."""
        return list(self.places).index(sentence) + 1 if sentence else None

    def lines(self) -> tuple[str, ...]:
        """The notes as lines of the footer."""
        return tuple(
            f"[{number}] {sentence} ({_shortened(places)})"
            for number, (sentence, places) in enumerate(self.places.items(), start=1)
        )


def notes_of(analysis: Analysis, *, timed: bool = False) -> Notes:
    """Every note of an ablation; equal sentences share a number.

    ``timed`` adds those about times.
    """
    places: dict[str, tuple[str, ...]] = {}
    for row in analysis.rows:
        for sentence, place in _row_notes(row):
            places[sentence] = (*places.get(sentence, ()), place)
        if timed and (sentence := sharing_note(analysis, row)):
            places[sentence] = (*places.get(sentence, ()), row.label)
    return Notes(places)


def reasons(missing: tuple[Missing, ...], notes: Notes) -> tuple[str, ...]:
    """What became of the seeds without a value, counted: ``1 diverged [1]``."""
    counts = Counter((item.kind, _sentence(item)) for item in missing)
    return tuple(
        f"{count} {kind} [{notes.number(sentence)}]" if sentence else f"{count} {kind}"
        for (kind, sentence), count in counts.items()
    )


def _row_notes(row: RowAnalysis) -> Iterator[tuple[str, str]]:
    seeds: dict[tuple[str, str], list[int]] = {}
    for item in row.missing:
        if sentence := _sentence(item):
            seeds.setdefault((sentence, item.kind), []).append(item.seed)
    for (sentence, kind), found in seeds.items():
        absent = _never_run(row) if kind == Status.PRUNED else ""
        yield sentence, f"{row.label}, {seed_list(found)}{absent}"
    if row.comparison is not None and row.comparison.note:
        yield row.comparison.note, row.label
    if row.other_classes:
        yield row.other_classes, row.label


def _never_run(row: RowAnalysis) -> str:
    """The seeds that were not started, since another one had ended the row."""
    absent = [seed for seed in row.results.seeds if seed not in row.results.trials]
    return f", hence not run: {seed_list(absent)}" if absent else ""


def _sentence(item: Missing) -> str:
    if item.reason.startswith(item.kind):
        return item.reason
    return f"{item.kind}: {item.reason}" if item.reason else ""


def _shortened(places: tuple[str, ...]) -> str:
    more = len(places) - MOST_PLACES
    rest = [counted(more, "more row")] if more > 0 else []
    return "; ".join([*places[:MOST_PLACES], *rest])
