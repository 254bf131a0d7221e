from __future__ import annotations

import math
from typing import Any

import pytest
from pydantic import ValidationError

from ablate.spec.problems import sentences
from ablate.spec.sections import ProbeOptions

REMEDY = "Write first, middle, last, the number of an epoch, or a share of all such as 0.25"


def wrong(**fields: Any) -> list[tuple[tuple[str | int, ...], str, str]]:
    with pytest.raises(ValidationError) as caught:
        ProbeOptions(**fields)
    return sentences(caught.value)


@pytest.mark.parametrize(
    ("epoch", "message", "remedy"),
    [
        (0, "epochs are numbered from 1, and 0 is none of them", REMEDY),
        (-3, "epochs are numbered from 1, and -3 is none of them", REMEDY),
        (1.0, "a share of all epochs lies between 0 and 1, and 1.0 does not", REMEDY),
        (0.0, "a share of all epochs lies between 0 and 1, and 0.0 does not", REMEDY),
        (math.nan, "a share of all epochs lies between 0 and 1, and nan does not", REMEDY),
        ("frist", "'frist' is no epoch", "Did you mean 'first'?"),
        ("zebra", "'zebra' is no epoch", REMEDY),
        ("1", "'1' is no epoch", REMEDY),
        (True, "true is no epoch", REMEDY),
        (None, "null is no epoch", REMEDY),
        ((1,), "[1] is no epoch", REMEDY),
    ],
)
def test_what_is_no_epoch_is_said_in_one_sentence(epoch: Any, message: str, remedy: str) -> None:
    assert wrong(epochs=(epoch,)) == [(("epochs", 0), message, remedy)]
    assert wrong(epochs=("last", 3, 0.5, epoch)) == [(("epochs", 3), message, remedy)]


def test_there_must_be_an_epoch() -> None:
    assert wrong(epochs=()) == [(("epochs",), "needs at least one epoch", REMEDY)]


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (-1, "the number of images must be at least 0, not -1"),
        ("0001", "must be a list of names, or a number, not '0001'"),
        (True, "must be a list of names, or a number, not true"),
        (2.0, "must be a list of names, or a number, not 2.0"),
        (None, "must be a list of names, or a number, not null"),
        ({"a": 1}, "must be a list of names, or a number, not {a: 1}"),
        (("a", 1, 2), "the name of an image must be text, not 1"),
    ],
)
def test_what_names_no_images_is_said_in_one_sentence(images: Any, message: str) -> None:
    ((place, found, _),) = wrong(images=images)
    assert (place, found) == (("images",), message)


def test_an_epoch_may_be_named_twice() -> None:
    assert ProbeOptions(epochs=("first", "first", 1)).epochs == ("first", "first", 1)


def test_an_editor_is_told_the_same_rules() -> None:
    fields = ProbeOptions.model_json_schema()["properties"]
    assert fields["epochs"]["minItems"] == 1
    assert fields["epochs"]["items"]["anyOf"][0]["enum"] == ["first", "middle", "last"]
    assert {"minimum": 0, "type": "integer"} in fields["images"]["anyOf"]
