"""The sentences under a table about images that are in two splits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ablate.data.overlap import read_recorded
from ablate.report.rows import RowResults
from ablate.report.wording import quoted
from ablate.spec.primary import Primary


def overlap_sentences(rows: Sequence[RowResults], shown: Sequence[Primary]) -> Iterator[str]:
    """What the splits of the ``shown`` metrics share with what was trained or chosen on; nothing where they do not."""
    splits = {metric.split for metric in shown}
    finished = [row for row in rows if row.finished]
    found: dict[str, list[str]] = {}
    for row in finished:
        for text in _texts(row, splits):
            found.setdefault(text, []).append(row.row.label)
    for text, labels in found.items():
        where = "" if len(labels) == len(finished) else f" ({quoted(labels)})"
        yield f"{text}, pixel for pixel{where}: their scores say little about new images."


def _texts(row: RowResults, splits: set[str]) -> list[str]:
    found = {
        str(one): None
        for trial in row.finished
        for one in read_recorded(trial.measured)
        if one.split in splits
    }
    return list(found)
