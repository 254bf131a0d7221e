"""A CSV file that lists images and their labels."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

from ablate.data.dataset import ImageClassification
from ablate.data.listing import SPLIT_ALIASES, image_file
from ablate.data.source import SPLITS, FileSource, ImageFile, SplitName, in_label_order
from ablate.errors import DataError, did_you_mean
from ablate.spec.options import NotIdentity

if TYPE_CHECKING:
    from ablate.data.place import DataPlace, Progress

_MOST_NAMED = 10


class _Row(NamedTuple):
    line: int
    split: SplitName
    label: str
    file: str


class CsvList(ImageClassification):
    """A CSV file with a column of image files, one of labels and perhaps one of splits.

    One's own images, of any number and licence. Files are relative to the CSV file's folder. Labels that are all whole
    numbers are ordered by value, others as text. Without a column of splits every image is in ``train``.
    """

    path: Annotated[str, NotIdentity()]
    """The CSV file; looked for in each data folder unless it is absolute."""
    file_column: Annotated[str, NotIdentity()] = "file"
    """The column that holds the image files."""
    label_column: Annotated[str, NotIdentity()] = "label"
    """The column that holds the labels."""
    split_column: Annotated[str, NotIdentity()] = "split"
    """The column that holds ``train``, ``val`` or ``test``; it may be absent under its default name."""

    def source(self, place: DataPlace, progress: Progress | None = None) -> FileSource:
        """The images that the file lists."""
        path = place.locate(self.name, self.path)
        try:
            with path.open(encoding="utf-8-sig", newline="") as stream:
                rows = list(self._rows(path, csv.DictReader(stream, strict=True)))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise DataError(f"data set '{self.name}': cannot read {path}: {error}") from error
        if not rows:
            raise DataError(f"data set '{self.name}': {path} lists no images")
        _check_distinct(path, rows)
        files = _files(path, sorted(rows, key=lambda row: SPLITS.index(row.split)))
        return FileSource(in_label_order([row.label for row in rows]), files)

    def _rows(self, path: Path, rows: csv.DictReader[str]) -> Iterator[_Row]:
        has_splits = self._check_columns(path, rows.fieldnames or ())
        for row in rows:
            split = SPLIT_ALIASES.get(row[self.split_column]) if has_splits else "train"
            name, label = row[self.file_column], row[self.label_column]
            if split is None or not name or not label:
                raise DataError(
                    f"{path}:{rows.line_num}: needs a file, a label"
                    + (f" and a split ({', '.join(SPLITS)})" if has_splits else "")
                    + f", not {_cells(row)}"
                )
            yield _Row(rows.line_num, split, label, name)

    def _check_columns(self, path: Path, header: Iterable[str]) -> bool:
        """Whether there is a column of splits."""
        needed = [self.file_column, self.label_column]
        if "split_column" in self.model_fields_set:
            needed.append(self.split_column)
        for column in needed:
            if column not in header:
                raise DataError(
                    f"data set '{self.name}': {path} has no column {column!r}. "
                    + did_you_mean(column, header)
                )
        return self.split_column in header


def _cells(row: Mapping[str, str]) -> str:
    return ", ".join(f"{column}={value!r}" for column, value in row.items())


def _check_distinct(path: Path, rows: Sequence[_Row]) -> None:
    lines: dict[str, int] = {}
    for row in rows:
        if row.file in lines:
            raise DataError(
                f"{path}:{row.line}: {row.file} was listed in line {lines[row.file]} already. "
                "An image may be listed once"
            )
        lines[row.file] = row.line


def _files(path: Path, rows: Sequence[_Row]) -> tuple[ImageFile, ...]:
    files: list[ImageFile] = []
    missing: list[str] = []
    for row in rows:
        try:
            files.append(image_file(row.split, row.label, row.file, path.parent / row.file))
        except OSError:
            missing.append(row.file)
    if missing:
        more = ", ..." if len(missing) > _MOST_NAMED else ""
        raise DataError(
            f"{path} lists {len(missing)} files that are not there: "
            f"{', '.join(missing[:_MOST_NAMED])}{more}. They are relative to {path.parent}"
        )
    return tuple(files)
