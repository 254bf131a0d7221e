"""Fields that hold a member of a registry, written ``{name: NAME, ...}`` or just ``NAME``.

``Annotated[ModelOptions, Member("model")]`` looks the name up in the table of models and validates the other keys
with the class found there, so that one validation of a study reports the mistakes of every member.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError, core_schema

from ablate.registry import UnknownName, table
from ablate.spec.options import Options, as_details

#: Marks, in a JSON schema, a field that holds a member of a kind, or (``KIND step``) one written as a step.
MARK = "x-ablate-kind"


@dataclass(frozen=True, slots=True)
class Member:
    """Marks a field as a member of ``kind``, named by the key ``key`` of its mapping.

    With ``style="step"`` the member is written as a step of a list: ``NAME`` or ``{NAME: {options}}``.
    """

    kind: str
    key: str = "name"
    style: str = "section"

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        read = self._step if self.style == "step" else self._section
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, source) else read(value)
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {MARK: f"{self.kind} step" if self.style == "step" else self.kind}

    def _section(self, value: Any) -> Options:
        if isinstance(value, str):
            value = {self.key: value}
        if not isinstance(value, Mapping):
            raise _problem("invalid", f"must be a mapping with '{self.key}', or a name", value, ())
        if self.key not in value:
            raise _problem("missing", f"needs the key '{self.key}'", value, (self.key,))
        return self._lookup(value[self.key], (self.key,)).model_validate(value)

    def _step(self, value: Any) -> Options:
        if isinstance(value, str):
            value = {value: {}}
        if isinstance(value, Mapping) and self.key in value:  # a resolved configuration, read again
            return self._section(value)
        if not isinstance(value, Mapping) or len(value) != 1:
            raise _problem("invalid", "must be a name or {name: {options}}", value, ())
        ((name, options),) = value.items()
        cls = self._lookup(name, (str(name),))
        if not isinstance(options, Mapping | None):
            raise _problem("invalid", "must be a mapping of options", options, (str(name),))
        try:
            return cls.model_validate({**(options or {}), self.key: name})
        except ValidationError as error:
            raise ValidationError.from_exception_data(
                self.kind, as_details(error, (str(name),))
            ) from None

    def _lookup(self, name: Any, where: tuple[str, ...]) -> type[Options]:
        if not isinstance(name, str):
            raise _problem("invalid", f"the name of a {self.kind} must be text", name, where)
        try:
            found: type[Options] = table(self.kind).get(name)
        except UnknownName as error:
            message, _, remedy = str(error).partition(". ")
            raise _problem("unknown_name", message, name, where, remedy) from None
        return found


def _problem(
    kind: str, message: str, value: Any, where: tuple[str, ...], remedy: str = ""
) -> ValidationError:
    custom = PydanticCustomError(kind, message, {"remedy": remedy})
    return ValidationError.from_exception_data(
        "member", [InitErrorDetails(type=custom, loc=where, input=value)]
    )
