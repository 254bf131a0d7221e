from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import ValidationError

from ablate.spec.options import AddedLater, NotIdentity, Options, identity_tree, invalid, to_tree
from ablate.spec.problems import sentences


class Inner(Options):
    size: int = 1


class Outer(Options):
    inner: Inner = Inner()
    rate: float = 0.5
    flag: bool = False
    path: Annotated[str, NotIdentity()] = "a"
    later: Annotated[int, AddedLater(old=0)] = 0


def test_unknown_keys_are_reported_beside_other_mistakes() -> None:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"rat": 1, "flag": "yes", "inner": {"siz": 2}})
    found = {path: (message, remedy) for path, message, remedy in sentences(caught.value)}
    assert found["rat",] == ("unknown key 'rat'", "Did you mean 'rate'?")
    assert found["inner", "siz"][0] == "unknown key 'siz'"
    assert found["flag",] == ("must be true or false, not yes", "Write true or false")


@pytest.mark.parametrize("value", [True, "1", None])
def test_numbers_are_strict(value: object) -> None:
    with pytest.raises(ValidationError):
        Outer.model_validate({"rate": value})


def test_an_integer_is_a_float() -> None:
    assert Outer.model_validate({"rate": 1}) == Outer(rate=1.0)


def test_options_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Outer().rate = 1.0  # type: ignore[misc]


def test_identity_leaves_out_what_cannot_change_a_result() -> None:
    assert identity_tree(Outer(path="b")) == identity_tree(Outer())
    assert "later" not in identity_tree(Outer())
    assert identity_tree(Outer(later=1)) != identity_tree(Outer())
    assert to_tree(Outer())["path"] == "a"


def test_a_rule_may_hold_braces() -> None:
    assert "{x}" in invalid("must be {x}").message()
