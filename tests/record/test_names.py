from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mlflow.utils.validation import _validate_metric_name, _validate_param_name

from ablate.errors import RecordError
from ablate.record.names import (
    LONGEST,
    decode,
    encode,
    folder_name,
    full_name_tags,
    full_names,
    relative_name,
)

ODD = st.text(st.sampled_from("ab_x5BF/. -@=,()[]#:é\n"), max_size=30)


@given(st.one_of(st.text(max_size=40), ODD))
@example("")
@example("_x5B_")
@example("_x_")
@example("_x:")
@example("/a//b/./../")
def test_every_name_is_taken_by_mlflow_and_comes_back(name: str) -> None:
    written = encode(name)
    assert decode(written) == name
    _validate_metric_name(written)  # type: ignore[no-untyped-call]
    _validate_param_name(written)  # type: ignore[no-untyped-call]


@given(st.text(min_size=150, max_size=400))
def test_long_names_come_back_with_their_tags(name: str) -> None:
    written = encode(name)
    assert len(written) <= LONGEST
    assert decode(written, full_names(full_name_tags([name]))) == name


@given(ODD, ODD)
def test_two_names_stay_two(one: str, other: str) -> None:
    assert (encode(one) == encode(other)) == (one == other)


@pytest.mark.parametrize(
    "name", ["val/accuracy", "test/accuracy/T-shirt", "macro_f1", "test/iou/Straße 5", "a.b"]
)
def test_usual_names_stay_as_they_are(name: str) -> None:
    assert encode(name) == name


def test_long_names_differ_by_their_ends() -> None:
    assert encode("a" * 300 + "1") != encode("a" * 300 + "2")


@pytest.mark.parametrize("study", ["../up", "a/b", "", ".", "50%", "x" * 300, "a?b#c", "CON: \x00"])
def test_a_study_folder_is_one_safe_name(study: str) -> None:
    folder = folder_name(study)
    assert folder not in ("", ".", "..")
    assert not set(folder) & set('/\\%?#:\x00"')
    assert len(folder) < 150


def test_different_studies_have_different_folders() -> None:
    assert folder_name("a/b") != folder_name("a_b") != folder_name("a?b")


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a/../../x", "a\\..\\x", "."])
def test_artifact_names_that_lead_outside_are_refused(name: str) -> None:
    with pytest.raises(RecordError, match="leads outside"):
        relative_name(name)


def test_artifact_names_inside_are_taken() -> None:
    assert str(relative_name("confusion/test.json")) == "confusion/test.json"
