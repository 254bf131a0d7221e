from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ablate.data.place import DataPlace
from ablate.data.prepare import prepare
from ablate.data.prepared import PreparedData
from ablate.errors import DataError
from ablate.testing.data_cases import data_options, save_image


@pytest.fixture
def folder(root: Path) -> Path:
    """Six images, a to f."""
    for value, name in enumerate("abcdef"):
        save_image(root / "photos" / f"{name}.png", np.full((4, 4), value, np.uint8))
    return root


def _prepare(folder: Path, place: DataPlace, text: str, **keys: str) -> PreparedData:
    (folder / "list.csv").write_text(text)
    return prepare(
        data_options(**{"name": "csv", "path": "list.csv", "batch_size": 1, **keys}), place
    )


def _rows(split: str, *pairs: str) -> str:
    return "".join(f"photos/{p[0]}.png,{p[1:]}{split}\n" for p in pairs)


def test_labels_and_carved_split(folder: Path, place: DataPlace) -> None:
    data = _prepare(folder, place, "file,label\n" + _rows("", "a10", "b9", "c10", "d9"))
    assert data.classes == ("9", "10")
    assert {name: len(split) for name, split in data.splits.items()} == {"train": 2, "val": 2}


def test_a_column_of_splits_in_any_order(folder: Path, place: DataPlace) -> None:
    text = "file,label,split\n" + _rows(",test", "ax") + _rows(",train", "bx", "cy")
    text += _rows(",valid", "dy") + _rows(",train", "ey", "fx")
    data = _prepare(folder, place, text)
    assert {name: len(split) for name, split in data.splits.items()} == {
        "train": 4,
        "val": 1,
        "test": 1,
    }
    train = data.splits["train"]
    assert train.images[:, 0, 0, 0].tolist() == [1, 2, 4, 5]
    assert train.labels.tolist() == [0, 1, 1, 0]


def test_columns_of_other_names(folder: Path, place: DataPlace) -> None:
    text = (
        "id,image,kind,fold\n1,photos/a.png,x,train\n2,photos/b.png,y,train\n3,photos/c.png,x,val\n"
    )
    keys = {"file_column": "image", "label_column": "kind", "split_column": "fold"}
    assert len(_prepare(folder, place, text, **keys).splits["val"]) == 1


def test_quotes_and_a_byte_order_mark(folder: Path, place: DataPlace) -> None:
    save_image(folder / "photos" / "g, h.png", np.zeros((4, 4), np.uint8))
    text = '\ufefffile,label\n"photos/g, h.png",x\n' + _rows("", "ax", "by", "cy")
    assert len(_prepare(folder, place, text).splits["train"].images) == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no column 'file'"),
        ("files,label\n", r"has no column 'file'\. Did you mean 'files'\?"),
        ("file,label\n", "lists no images"),
        ("file,label\nphotos/a.png,x\nphotos/b.png\n", r"list\.csv:3: needs a file, a label"),
        ("file,label\nphotos/a.png,\n", r"list\.csv:2: needs"),
        ("file,label,split\nphotos/a.png,x,dev\n", r"list\.csv:2: .*split='dev'"),
        ("file,label\nphotos/a.png,x\nphotos/a.png,y\n", r"list\.csv:3: .* line 2 already"),
        ("file,label\nphotos/a.png,x\nphotos/z.png,y\n", r"1 files that are not there: photos/z"),
        ('file,label\n"photos/a.png,x\n', "cannot read"),
    ],
)
def test_wrong_lists(folder: Path, place: DataPlace, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        _prepare(folder, place, text)


def test_a_named_column_of_splits_must_be_there(folder: Path, place: DataPlace) -> None:
    with pytest.raises(DataError, match="has no column 'fold'"):
        _prepare(folder, place, "file,label\n" + _rows("", "ax", "by"), split_column="fold")


def test_other_encodings_are_said(folder: Path, place: DataPlace) -> None:
    (folder / "list.csv").write_bytes("file,label\nphotos/ä.png,x\n".encode("latin-1"))
    with pytest.raises(DataError, match="cannot read"):
        prepare(data_options(name="csv", path="list.csv"), place)
