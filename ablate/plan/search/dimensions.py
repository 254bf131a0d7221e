"""Dimensions as a study file writes them: ranges of numbers, and lists of choices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from ablate.errors import did_you_mean
from ablate.files import canonical_json
from ablate.plan.fields import check_field
from ablate.plan.search.space import same, takes, whole_steps
from ablate.plan.search.types import Dimension
from ablate.spec.blame import Mistake
from ablate.spec.options import Options, invalid
from ablate.spec.text import show_value
from ablate.spec.yaml_file import KeyPath


def _check_number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise invalid(f"must be a finite number, not {show_value(value)}")
    return value


def _check_choices(values: Any) -> tuple[Any, ...]:
    if not isinstance(values, tuple) or not values:
        raise invalid(f"must be a list of at least one choice, not {show_value(values)}")
    try:
        canonical_json(values)
    except ValueError:
        raise invalid("every number must be finite") from None
    for index, value in enumerate(values):
        if any(same(value, earlier) for earlier in values[:index]):
            raise invalid(f"the choice {show_value(value)} stands twice")
    return values


Number = Annotated[float | int, BeforeValidator(_check_number)]


class ConditionalOptions(Options):
    """What ranges and lists of choices share."""

    when: dict[str, Any] = {}
    """Vary this field only where other fields of the space have the given value, or one of a list of values."""

    def dimension(self, field: str, when: Mapping[str, tuple[Any, ...]]) -> Dimension:
        """The dimension of ``field``, active as ``when`` says."""
        raise NotImplementedError


class RangeOptions(ConditionalOptions):
    """A range of numbers, both ends included; of whole numbers where all are written as such.

    >>> RangeOptions(low=16, high=64, step=16).dimension("data.batch_size", {}).kind
    'int'
    >>> RangeOptions(low=0.0, high=1).dimension("model.dropout", {}).kind
    'float'
    """

    low: Number
    high: Number
    log: bool = False
    """Propose evenly on a logarithmic scale."""
    step: Number | None = None
    """Propose only ``low``, ``low + step``, ..., ``high``."""

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        low, high = show_value(self.low), show_value(self.high)
        if self.low >= self.high:
            raise invalid(f"low must be less than high, and {low} is not less than {high}")
        if self.log and self.step is not None:
            raise invalid("log and step exclude each other", "Leave one of them out")
        if self.log and self.low <= 0:
            raise invalid(f"a logarithmic range needs a low greater than 0, not {low}")
        if self.step is not None:
            self._check_step(self.step)
        return self

    def _check_step(self, step: float) -> None:
        if step <= 0:
            raise invalid(f"step must be greater than 0, not {show_value(step)}")
        if whole_steps(self.low, self.high, step) is None:
            ends = f"{show_value(self.low)} to {show_value(self.high)}"
            raise invalid(f"{ends} is no whole number of steps of {show_value(step)}")

    def dimension(self, field: str, when: Mapping[str, tuple[Any, ...]]) -> Dimension:
        """The range as a dimension."""
        numbers = (self.low, self.high, *(() if self.step is None else (self.step,)))
        if all(isinstance(number, int) for number in numbers):
            return Dimension(field, "int", self.low, self.high, self.log, self.step, when=when)
        step = None if self.step is None else float(self.step)
        return Dimension(
            field, "float", float(self.low), float(self.high), self.log, step, when=when
        )


class ChoicesOptions(ConditionalOptions):
    """A list of values, without an order."""

    choices: Annotated[tuple[Any, ...], BeforeValidator(_check_choices)]
    """The values."""

    def dimension(self, field: str, when: Mapping[str, tuple[Any, ...]]) -> Dimension:
        """The choices as a dimension."""
        return Dimension(field, "choice", choices=self.choices, when=when)


def _read(value: Any) -> ConditionalOptions:
    if isinstance(value, ConditionalOptions):
        return value
    if isinstance(value, tuple):
        return ChoicesOptions(choices=_check_choices(value))
    if not isinstance(value, Mapping):
        rule = f"must be a range or a list of choices, not {show_value(value)}"
        raise invalid(rule, "Write for example {low: 1e-4, high: 1e-1, log: true} or [sgd, adam]")
    kind = ChoicesOptions if "choices" in value else RangeOptions
    return kind.model_validate(value)


def dimensions(
    space: Mapping[str, ConditionalOptions],
) -> tuple[tuple[Dimension, ...], list[Mistake]]:
    """The dimensions of a space, each after those that its condition names, and what is wrong with conditions."""
    ordered, circular = _parents_first(space)
    found: dict[str, Dimension] = {}
    mistakes: list[Mistake] = [
        ((field, "when"), "the condition depends on the field itself", "") for field in circular
    ]
    for field in ordered:
        when = {}
        for other, allowed in space[field].when.items():
            place: KeyPath = (field, "when", other)
            if other not in found:
                hint = did_you_mean(other, [name for name in space if name != field])
                mistakes.append((place, f"'{other}' is not a field of this space", hint))
                continue
            when[other] = _values(found[other], allowed)
            mistakes += _untakeable(place, found[other], when[other])
        found[field] = space[field].dimension(field, when)
    return tuple(found.values()), mistakes


def _parents_first(space: Mapping[str, ConditionalOptions]) -> tuple[list[str], list[str]]:
    """Fields after those that their conditions name, else in the file's order; and those that lead in a circle."""
    ordered: list[str] = []
    left = list(space)
    while ready := [
        field
        for field in left
        if all(other in ordered or other not in space for other in space[field].when)
    ]:
        ordered.append(ready[0])
        left.remove(ready[0])
    return ordered, left


def _values(parent: Dimension, allowed: Any) -> tuple[Any, ...]:
    """A list is a list of values, unless the list itself is one of the parent's choices."""
    one = not isinstance(allowed, tuple) or takes(parent, allowed)
    values = (allowed,) if one else allowed
    if parent.kind == "float":
        return tuple(float(value) if takes(parent, value) else value for value in values)
    return values


def _untakeable(place: KeyPath, parent: Dimension, values: tuple[Any, ...]) -> Iterator[Mistake]:
    if not values:
        yield place, "needs at least one value", ""
    for value in values:
        if not takes(parent, value):
            choices = ", ".join(map(show_value, parent.choices))
            hint = f"Its choices: {choices}" if choices else ""
            yield place, f"'{parent.field}' is never {show_value(value)} in this space", hint


def _check_space(space: dict[str, ConditionalOptions]) -> dict[str, ConditionalOptions]:
    mistakes = dimensions(space)[1]
    if mistakes:
        details = [
            InitErrorDetails(type=invalid(rule, remedy), loc=place, input=space)
            for place, rule, remedy in mistakes
        ]
        raise ValidationError.from_exception_data("space", details)
    return space


_Field = Annotated[str, AfterValidator(check_field)]
_Written = RangeOptions | ChoicesOptions | tuple[Any, ...]
_Dimension = Annotated[
    RangeOptions | ChoicesOptions, BeforeValidator(_read, json_schema_input_type=_Written)
]
Space = Annotated[dict[_Field, _Dimension], Field(min_length=1), AfterValidator(_check_space)]
