from __future__ import annotations

from pathlib import Path

import pytest

from ablate.data.class_file import ClassEntry, read_class_file
from ablate.errors import DataError


def _read(folder: Path, name: str, text: str) -> list[ClassEntry]:
    (folder / name).write_text(text, encoding="utf-8")
    return read_class_file("set", folder / name)


def test_a_name_a_line(tmp_path: Path) -> None:
    found = _read(tmp_path, "classes.txt", "sky\n\ntraffic light\n")
    assert found == [ClassEntry("sky", 0), ClassEntry("traffic light", 1)]


def test_an_id_and_a_name_a_line(tmp_path: Path) -> None:
    found = _read(tmp_path, "classes.txt", "7 sky\n8: traffic light\n")
    assert found == [ClassEntry("sky", 7), ClassEntry("traffic light", 8)]


def test_comments_are_left_out(tmp_path: Path) -> None:
    text = "# id name\n0 sky\n  # the rest\n5 road\n"
    assert _read(tmp_path, "a.txt", text) == [ClassEntry("sky", 0), ClassEntry("road", 5)]
    text = "# classes\nsky\nroad\n"
    assert _read(tmp_path, "b.txt", text) == [ClassEntry("sky", 0), ClassEntry("road", 1)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id name\n0 sky\n", r"c\.txt:1: 'id name' begins with no number, but line 2 .* '0 sky'"),
        ("0 sky\n\n1 road\ncar\n", r"c\.txt:4: 'car' begins with no number, but line 1 does"),
        ("sky\n3 wheeler\n", r"c\.txt:1: 'sky' .* line 2 .*Number every class or none; .*'#'"),
    ],
)
def test_some_numbered_lines(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        _read(tmp_path, "c.txt", text)


def test_a_table_with_ids_and_colours(tmp_path: Path) -> None:
    text = "index,name,original_r,g,b\n3,sky,1,2,3\n4,road,255,0,9\n"
    found = _read(tmp_path, "classes.csv", text)
    assert found == [ClassEntry("sky", 3, (1, 2, 3)), ClassEntry("road", 4, (255, 0, 9))]


def test_a_table_of_names_alone(tmp_path: Path) -> None:
    found = _read(tmp_path, "classes.csv", "name, note\nsky, blue\nroad, grey\n")
    assert found == [ClassEntry("sky", 0), ClassEntry("road", 1)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("label,r\nsky,1\n", r"no column 'name'; its columns: label, r"),
        ("", "no column 'name'; its columns: none"),
        ("name,r,g,b\nsky,1,2,256\n", r"classes\.csv:2: needs .*b='256'"),
        ("name,id\nsky,0\nroad,x\n", r"classes\.csv:3: needs .*id='x'"),
        ("name,id\nsky\n", r"classes\.csv:2: needs"),
    ],
)
def test_a_table_that_cannot_be_understood(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        _read(tmp_path, "classes.csv", text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"data set 'set': cannot read .*classes\.txt"):
        read_class_file("set", tmp_path / "classes.txt")
