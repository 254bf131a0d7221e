"""Frozen, strictly typed options: the base of every section of a study file and of every member.

A *member* (a data set, a model, an optimizer, ...) is a subclass of :class:`Options` whose fields are the keys that
a study file may write, and whose methods build the thing, importing heavy libraries only there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.functional_validators import ModelWrapValidatorHandler
from pydantic_core import InitErrorDetails, PydanticCustomError

from ablate.errors import did_you_mean

#: A JSON-like value whose sequences are tuples, as read from a study file.
Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NotIdentity:
    """Marks a field that cannot change a result (a path whose bytes are hashed, a cadence)."""


@dataclass(frozen=True, slots=True)
class AddedLater:
    """Marks a field added after a release: left out of the identity while it has the old behaviour."""

    old: Any


@dataclass(frozen=True, slots=True)
class PluginFile:
    """A Python file that a study names: where it lies, and the hash of its bytes when it was read."""

    path: Path
    digest: str


class Unknown(Enum):
    """What a field holds whose default only a plugin's own code can tell."""

    VALUE = "left to the plugin"


class Options(BaseModel):
    """Immutable options; unknown keys are errors that name the nearest valid key.

    Strict: no number from a string, no integer from a boolean. Sequences are tuples.
    """

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        validate_default=True,
    )

    #: The files whose code makes this class what it is; empty for what ablate brings.
    __plugin_files__: ClassVar[tuple[PluginFile, ...]] = ()

    @model_validator(mode="wrap")
    @classmethod
    def _report_unknown_keys(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(value, Mapping) or cls.model_config.get("extra") == "allow":
            return handler(value)
        unknown = [key for key in value if key not in cls.model_fields]
        if not unknown:
            return handler(value)
        errors = [_unknown_key(key, value[key], cls) for key in unknown]
        try:
            handler({key: item for key, item in value.items() if key not in unknown})
        except ValidationError as error:
            errors += as_details(error)
        raise ValidationError.from_exception_data(cls.__name__, errors)


def _unknown_key(key: Any, value: Any, cls: type[Options]) -> InitErrorDetails:
    hint = did_you_mean(str(key), cls.model_fields)
    kind = PydanticCustomError(
        "unknown_key", "unknown key '{key}'", {"key": str(key), "remedy": hint}
    )
    return InitErrorDetails(type=kind, loc=(str(key),), input=value)


def as_details(
    error: ValidationError, prefix: tuple[str | int, ...] = ()
) -> list[InitErrorDetails]:
    """The errors of a validation, to be raised again as part of a larger one, under ``prefix``."""
    return [
        InitErrorDetails(
            type=PydanticCustomError(item["type"], item["msg"], dict(item.get("ctx", {}))),
            loc=(*prefix, *item["loc"]),
            input=item["input"],
        )
        for item in error.errors()
    ]


def invalid(rule: str, remedy: str = "") -> PydanticCustomError:
    """The error a validator raises: the rule that is broken, and the remedy.

    >>> str(invalid("kernel_size must be odd", "Use 5").type)
    'invalid'
    """
    return PydanticCustomError("invalid", rule, {"remedy": remedy})


def to_tree(value: Any) -> Any:
    """Options, however nested, as plain mappings, tuples and scalars, every default written out.

    >>> class Crop(Options):
    ...     padding: int = 2
    >>> to_tree((Crop(), 1.0))
    ({'padding': 2}, 1.0)
    """
    if isinstance(value, Options):
        return {name: to_tree(item) for name, item in _items(value)}
    if isinstance(value, Mapping):
        return {key: to_tree(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(to_tree(item) for item in value)
    return value


def freeze(value: Any) -> Any:
    """A JSON document with its lists as tuples, as a study file is read.

    >>> freeze({"channels": [6, 12]})
    {'channels': (6, 12)}
    """
    if isinstance(value, Mapping):
        return {key: freeze(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    return value


def identity_tree(value: Any) -> Any:
    """As :func:`to_tree`, without the fields that cannot change a result.

    >>> from typing import Annotated
    >>> class Files(Options):
    ...     path: Annotated[str, NotIdentity()] = "here"
    ...     flip: Annotated[bool, AddedLater(old=False)] = False
    ...     size: int = 32
    >>> identity_tree(Files())
    {'size': 32}
    """
    if isinstance(value, Options):
        fields = type(value).model_fields
        return {
            name: identity_tree(item)
            for name, item in _items(value)
            if name not in fields or not _left_out(fields[name].metadata, item)
        }
    if isinstance(value, Mapping):
        return {key: identity_tree(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(identity_tree(item) for item in value)
    return value


def _items(value: Options) -> Iterator[tuple[str, Any]]:
    for name in type(value).model_fields:
        item = getattr(value, name)
        if item is not Unknown.VALUE:
            yield name, item
    yield from (value.model_extra or {}).items()


def _left_out(metadata: list[Any], value: Any) -> bool:
    return any(
        isinstance(mark, NotIdentity) or (isinstance(mark, AddedLater) and mark.old == value)
        for mark in metadata
    )
