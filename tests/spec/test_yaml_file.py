from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.errors import StudyError
from ablate.spec.yaml_file import MOST_VALUES, parse_document, parse_value, resolve_scalar


def problems(text: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(StudyError) as caught:
        parse_document(text.encode(), "a.yaml")
    return [(item.line, item.path, item.message) for item in caught.value.problems]


def test_lines_are_those_of_the_keys() -> None:
    document = parse_document(b"a: 1\nb:\n  c: [x,\n      {d: 2}]\n", "a.yaml")
    assert document.tree == {"a": 1, "b": {"c": ("x", {"d": 2})}}
    assert document.line(("b", "c", 1, "d")) == 4
    assert document.line(("b", "missing", "deeper")) == 2
    assert document.line(("nowhere",)) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E3", 1000.0),
        (".5", 0.5),
        ("-7", -7),
        ("no", "no"),
        ("off", "off"),
        ("0123", "0123"),
        ("12:30:45", "12:30:45"),
        ("2024-01-01", "2024-01-01"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("true", True),
        ("~", None),
        ("'1'", "1"),
        ("!!str 1", "1"),
    ],
)
def test_meaning_of_scalars(text: str, value: object) -> None:
    found = parse_value(text)
    assert found == value
    assert type(found) is type(value)


def test_every_duplicate_key_is_named_with_both_lines() -> None:
    assert problems("a: 1\nb: {c: 1, c: 2}\na: 3\n") == [
        (2, "$.b.c", "the key stands twice, first in line 2"),
        (3, "$.a", "the key stands twice, first in line 1"),
    ]


def test_tags_are_refused_and_nothing_is_executed(tmp_path: Path) -> None:
    target = tmp_path / "created"
    found = problems(f"a: !!python/object/apply:os.mkdir ['{target}']\n")
    assert "not allowed" in found[0][2]
    assert not target.exists()


def test_aliases_that_multiply_are_stopped() -> None:
    levels = "".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]\n" for n in range(1, 9))
    found = problems("k0: &k0 [x, x, x, x, x, x, x, x, x]\n" + levels)
    assert f"more than {MOST_VALUES:,} values" in found[0][2]


def test_text_that_is_not_utf_8_is_named_with_its_line() -> None:
    with pytest.raises(StudyError) as caught:
        parse_document(b"a: 1\nb: \xff\n", "a.yaml")
    assert caught.value.problems[0].line == 2


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_survives(value: float) -> None:
    assert resolve_scalar(repr(value)) == value


@given(st.integers(-(10**18), 10**18))
def test_every_integer_survives(value: int) -> None:
    assert resolve_scalar(str(value)) == value


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_as_a_study_error(text: str) -> None:
    with contextlib.suppress(StudyError):
        parse_document(text.encode("utf-8", "replace"), "a.yaml")
