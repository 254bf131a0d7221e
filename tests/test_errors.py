from __future__ import annotations

from ablate.errors import Problem, StudyError, did_you_mean


def test_problems_stand_in_the_order_of_the_file() -> None:
    error = StudyError("a.yaml", [Problem("$.b", "second", 7), Problem("$.a", "first", 3, "Do x")])
    assert str(error).splitlines() == [
        "2 problems in a.yaml",
        "  a.yaml:3  $.a",
        "    first. Do x",
        "  a.yaml:7  $.b",
        "    second",
    ]


def test_only_names_that_are_near_are_suggested() -> None:
    assert did_you_mean("adm", ["adam", "adamw", "sgd"]) == "Did you mean 'adam'?"
    assert did_you_mean("ADAM", ["adam", "sgd"]) == "Did you mean 'adam'?"
    assert did_you_mean("zzz", [f"name{index}" for index in range(99)]) == ""
