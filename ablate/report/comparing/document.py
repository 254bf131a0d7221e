"""A comparison as a document: what is compared, what differs, the metrics, and the pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ablate.report.comparing.classes import class_tables
from ablate.report.comparing.fields import FieldDifference, fields_table
from ablate.report.comparing.metrics import metrics_table
from ablate.report.comparing.obstacles import obstacles, remarks
from ablate.report.comparing.rows import PairedRows, rows_table
from ablate.report.comparing.side import Side
from ablate.report.document import Block, Document, Items, Paragraph, Picture, Section
from ablate.report.wording import quoted, seed_list

#: Rows of one study alone that are named.
MOST_NAMED = 8


def comparison_of_two(
    first: Side,
    second: Side,
    differences: Sequence[FieldDifference],
    pictures: Sequence[Picture] = (),
    *,
    judged: bool,
) -> Document:
    """Two rows (``judged``: with verdict), or two runs."""
    sections = [
        Section("Configuration", (_fields(differences),)),
        Section("Metrics", (metrics_table(first, second, judged=judged),)),
    ]
    sections += [
        Section(table.title, (table,)) for table in class_tables(first, second, judged=judged)
    ]
    if cautions := tuple(_cautions(first, second)):
        sections.append(Section("What to keep in mind", (Items(cautions),)))
    if pictures:
        sections.append(Section("Pictures", tuple(pictures)))
    return Document(
        f"{first.title} and {second.title}", _who(first, second, judged=judged), tuple(sections)
    )


def comparison_of_studies(
    names: tuple[str, str],
    differences: Sequence[FieldDifference],
    pairs: Sequence[PairedRows],
    alone: tuple[Sequence[str], Sequence[str]],
) -> Document:
    """Two studies; ``alone`` are the labels of the rows that only one of them has."""
    rows: Block = rows_table(pairs) if pairs else Paragraph("No row of one is a row of the other.")
    left = tuple(
        f"Only in {letter}: {_shortened(labels)}."
        for letter, labels in zip("AB", alone, strict=True)
        if labels
    )
    sections = [
        Section("Configuration of the baselines", (_fields(differences),)),
        Section("Rows of both", (rows,)),
        *([Section("Rows of one alone", (Items(left),))] if left else []),
    ]
    description = f"A is the study {names[0]}, B the study {names[1]}."
    return Document(f"{names[0]} and {names[1]}", description, tuple(sections))


def _fields(differences: Sequence[FieldDifference]) -> Block:
    if not differences:
        return Paragraph("Every field that can change what is trained is the same.")
    return fields_table(differences)


def _who(first: Side, second: Side, *, judged: bool) -> str:
    texts = (
        f"{letter} is {side.title}{f' ({_seeds(side)})' if judged else ''}"
        for letter, side in zip("AB", (first, second), strict=True)
    )
    return f"{', '.join(texts)}."


def _seeds(side: Side) -> str:
    done = [trial.seed for trial in side.trials]
    if len(done) == len(side.seeds):
        return seed_list(side.seeds)
    return f"{seed_list(done)}; {len(side.seeds)} are planned"


def _cautions(first: Side, second: Side) -> Iterator[str]:
    for reason in obstacles(first, second, first.primary):
        yield f"{first.primary.metric} cannot be compared: {reason}."
    if first.primary.metric != second.primary.metric:
        yield (
            f"The primary metric is {first.primary.metric} in A and {second.primary.metric} in B; the verdict is about "
            "the first."
        )
    yield from remarks(first, second)


def _shortened(labels: Sequence[str]) -> str:
    more = len(labels) - MOST_NAMED
    if more < 2:
        return quoted(labels)
    return f"{quoted([*labels[:MOST_NAMED]])}, and {more} more"
