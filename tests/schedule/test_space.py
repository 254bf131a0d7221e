from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.schedule.space import Space

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
LEVELS = st.lists(SCALARS | st.lists(SCALARS, max_size=2), min_size=1, max_size=5)


@given(LEVELS)
def test_every_level_has_a_choice_that_optuna_can_store(levels):
    space = Space({"x": levels})
    choices = space.choices["x"]
    for level in levels:
        choice = space.params({"x": level})["x"]
        found = choices[choices.index(choice)]
        assert type(found) is type(choice)
        assert choice is None or isinstance(choice, bool | int | float | str)


def test_levels_that_python_holds_equal_stay_apart():
    space = Space({"x": [1, True, 1.0]})
    assert [space.params({"x": level})["x"] for level in (1, True, 1.0)] == ["1", "true", "1.0"]


def test_the_key_depends_on_factors_and_levels_alone():
    key = Space({"a": [1, 2], "b": ["x"]}).key
    assert Space({"b": ["x"], "a": [1, 2]}).key == key
    assert Space({"a": [1, 2, 3], "b": ["x"]}).key != key
    assert Space({"a": [True, 2], "b": ["x"]}).key != key
    assert len(key) == 8


def test_an_unknown_level_is_refused():
    with pytest.raises(KeyError, match="3 is no level of a"):
        Space({"a": [1, 2]}).params({"a": 3})
