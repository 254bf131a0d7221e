"""Factors and their levels as Optuna's categorical parameters."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ablate.files import hash_value

Choice = None | bool | int | float | str


class Space:
    """The levels of each factor, written as values that Optuna can store.

    Optuna stores ``None``, booleans, numbers and strings; other levels become their JSON text. It compares
    choices by ``==``, so a factor with levels that are equal but not the same (``1`` and ``true``) is all text.
    """

    def __init__(self, factors: Mapping[str, Sequence[Any]]) -> None:
        self.choices = {name: _choices(levels) for name, levels in factors.items()}

    @property
    def key(self) -> str:
        """Eight hexadecimal digits that change with any factor or level."""
        return hash_value({name: list(choices) for name, choices in self.choices.items()})[:8]

    def params(self, levels: Mapping[str, Any]) -> dict[str, Choice]:
        """The choices for one level of each of some factors.

        Raises:
            KeyError: a factor or level that the space does not have.

        >>> Space({"model.channels": [[6, 12], [12, 24]], "lr": [0.1]}).params({"model.channels": [6, 12]})
        {'model.channels': '[6,12]'}
        """
        return {name: self._choice(name, level) for name, level in levels.items()}

    def _choice(self, name: str, level: Any) -> Choice:
        for form in (_plain(level), _text(level)):
            for choice in self.choices[name]:
                if type(choice) is type(form) and choice == form:
                    return choice
        raise KeyError(f"{level!r} is no level of {name}: {list(self.choices[name])}")


def _choices(levels: Sequence[Any]) -> tuple[Choice, ...]:
    plain = list(dict.fromkeys((type(choice), choice) for choice in map(_plain, levels)))
    if len({choice for _, choice in plain}) < len(plain):
        return tuple(dict.fromkeys(map(_text, levels)))
    return tuple(choice for _, choice in plain)


def _plain(level: Any) -> Choice:
    if isinstance(level, float) and not math.isfinite(level):
        return _text(level)
    if level is None or isinstance(level, bool | int | float | str):
        return level
    return _text(level)


def _text(level: Any) -> str:
    return json.dumps(level, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
