from __future__ import annotations

from pathlib import Path

import pytest

from ablate.errors import UsageError
from ablate.runner.compared import RunRef, StudyRef, nearest_runs, read_refs

RUN = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["a.yaml", "b.yml"], (StudyRef(Path("a.yaml")), StudyRef(Path("b.yml")))),
        (["a.yaml:x", "a.yaml:y: z"], (StudyRef(Path("a.yaml"), "x"), StudyRef(Path("a.yaml"), "y: z"))),
        (["a.yaml", "x", "y"], (StudyRef(Path("a.yaml"), "x"), StudyRef(Path("a.yaml"), "y"))),
        ([RUN, RUN[::-1]], (RunRef(RUN), RunRef(RUN[::-1]))),
    ],
)  # fmt: skip
def test_what_can_be_compared(words, expected):
    assert read_refs(words) == expected


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a.yaml"], "needs two things, and got 1"),
        (["a.yaml", "a.yaml:x"], "is a study and 'a.yaml:x' is a row of a study"),
        (["a.yaml", RUN], "is a study and"),
        (["a.yaml", "Batch norm"], "'Batch norm' is neither a study file"),
        ([RUN, "x", "y"], "is no study file"),
        (["a.yaml:x", "x", "y"], "is no study file"),
    ],
)
def test_what_cannot(words, message):
    with pytest.raises(UsageError, match=message):
        read_refs(words)


def test_runs_that_begin_alike_are_named():
    assert nearest_runs("012345ffff", [RUN, RUN[::-1]]) == f"Did you mean {RUN}?"
    assert "ablate ui" in nearest_runs("ffffffff", [RUN])
