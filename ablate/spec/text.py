"""Values of a study as short text, for labels, parameters and messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any


def show_value(value: Any, most: int = 80) -> str:
    """A value as people write it in YAML, cut to ``most`` characters.

    >>> [show_value(value) for value in (1e-05, 2.5e-4, 0.001, (6, 12), None, True, "adam")]
    ['1e-5', '2.5e-4', '0.001', '[6, 12]', 'null', 'true', 'adam']
    """
    text = _text(value)
    return text if len(text) <= most else text[: most - 3] + "..."


def level_names(values: Sequence[Any], most: int = 40) -> tuple[str, ...]:
    """The levels of a factor as short as titles of columns want them, but never two alike.

    >>> level_names(("random", {"stage": "byol"}, {"path": "weights/effnet.pth"}))
    ('random', 'byol', 'effnet.pth')
    >>> level_names(("byol", {"stage": "byol"}))
    ('byol', '{stage: byol}')
    """
    full = tuple(map(_text, values))
    for names in (
        tuple(show_value(_inner(value), most) for value in values),
        tuple(show_value(text, most) for text in full),
    ):
        if len(set(names)) == len(set(full)):
            return names
    return full


def _inner(value: Any) -> Any:
    """What a mapping of one key is about: a stage's name, a file's."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return value
    ((key, inner),) = value.items()
    return inner.rpartition("/")[2] or inner if key == "path" and isinstance(inner, str) else inner


def _text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    return str(value)


def _number(value: float) -> str:
    """The shortest text that reads as the same number; small ones as people write learning rates."""
    if 0 < abs(value) < 1e-3:
        mantissa, _, exponent = format(Decimal(repr(value)).normalize(), "e").partition("e")
        return f"{mantissa}e{int(exponent)}"
    return repr(value).replace("e+", "e")
