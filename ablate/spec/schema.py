"""The JSON schema of study files, for completion and checks in editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ablate.registry import table
from ablate.spec.config import Config, TrialConfig
from ablate.spec.config_kind import config_class
from ablate.spec.member import MARK
from ablate.spec.options import Options
from ablate.spec.script_config import ScriptConfig
from ablate.spec.stages import StageHeader
from ablate.spec.study import Header

_SECTION_KINDS = (
    "data set",
    "design",
    "loss",
    "model",
    "optimizer",
    "pruner",
    "sampler",
    "scheduler",
    "task",
)

_STEP_KINDS = ("augmentation", "loss")


def study_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of a study file, every registered member included."""
    definitions: dict[str, Any] = {}
    for kind in _SECTION_KINDS:
        definitions[kind] = _kind(kind, "design" if kind == "design" else "name", definitions)
    for kind in _STEP_KINDS:
        definitions[f"{kind} step"] = _steps(kind, definitions)
    properties = {
        **_properties(Header, definitions),
        **_properties(TrialConfig, definitions),
        **_properties(ScriptConfig, definitions),
    }
    properties["ablations"] = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"$ref": "#/$defs/design"},
    }
    properties["stages"] = _stages(definitions)
    properties["profiles"] = {"type": "object", "additionalProperties": {"type": "object"}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ablate study",
        "type": "object",
        "additionalProperties": False,
        "required": ["study", "task", "primary", "ablations"],
        "properties": properties,
        "if": _names_a_script(),
        "then": _sections_of(ScriptConfig, TrialConfig),
        "else": _sections_of(TrialConfig, ScriptConfig),
        "$defs": definitions,
    }


def _stages(definitions: dict[str, Any]) -> dict[str, Any]:
    own = {**_properties(StageHeader, definitions), **_properties(TrialConfig, definitions)}
    required = [name for name, field in TrialConfig.model_fields.items() if field.is_required()]
    stage = {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": own,
    }
    return {"type": "object", "additionalProperties": stage}


def _names_a_script() -> dict[str, Any]:
    scripts = [name for name in table("task").own_names() if config_class(name) is ScriptConfig]
    named = {"type": "object", "required": ["name"], "properties": {"name": {"enum": scripts}}}
    return {"properties": {"task": {"anyOf": [{"enum": scripts}, named]}}}


def _sections_of(kind: type[Config], other: type[Config]) -> dict[str, Any]:
    """What a study of one kind must have, and must not have of the other."""
    fields = kind.model_fields
    required = [name for name, field in fields.items() if field.is_required()]
    return {
        "required": required,
        "properties": dict.fromkeys(sorted(other.model_fields.keys() - fields), False),
    }


def _kind(kind: str, key: str, definitions: dict[str, Any]) -> dict[str, Any]:
    members = table(kind)
    found = [_member(members.get(name), key, (name,), definitions) for name in members.own_names()]
    for prefix, family in members.families().items():
        groups: dict[Any, list[str]] = {}
        for name in family.names():
            groups.setdefault(_signature(members.get(prefix + name)), []).append(prefix + name)
        for names in groups.values():
            found.append(_member(members.get(names[0]), key, tuple(names), definitions))
    names = [name for option in found for name in option["properties"][key]["enum"]]
    return {"anyOf": [*found, {"enum": sorted(names)}] if kind != "design" else found}


def _signature(cls: type[Options]) -> tuple[Any, ...]:
    return tuple((name, repr(field)) for name, field in cls.model_fields.items())


def _member(
    cls: type[Options], key: str, names: tuple[str, ...], definitions: dict[str, Any]
) -> dict[str, Any]:
    schema = _schema(cls, definitions)
    schema["properties"] = {**schema.get("properties", {}), key: {"enum": list(names)}}
    schema["required"] = sorted({*schema.get("required", ()), key})
    return schema


def _steps(kind: str, definitions: dict[str, Any]) -> dict[str, Any]:
    members = table(kind)
    options: list[dict[str, Any]] = [{"enum": list(members.names())}]
    for name in members.names():
        schema = _schema(members.get(name), definitions)
        schema.get("properties", {}).pop("name", None)
        step = {"type": ["object", "null"], **{k: v for k, v in schema.items() if k != "type"}}
        options.append(
            {"type": "object", "additionalProperties": False, "properties": {name: step}}
        )
    return {"anyOf": options}


def _properties(cls: type[Options], definitions: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = _schema(cls, definitions)["properties"]
    return found


def _schema(cls: type[Options], definitions: dict[str, Any]) -> dict[str, Any]:
    schema = _resolve(cls.model_json_schema(ref_template="#/$defs/{model}"))
    definitions.update(schema.pop("$defs", {}))
    schema.pop("title", None)
    return dict(schema)


def _resolve(schema: Any) -> Any:
    """Every marked field as a reference to the definition of its kind."""
    if isinstance(schema, Mapping):
        if MARK in schema:
            return {"$ref": f"#/$defs/{schema[MARK]}"}
        return {key: _resolve(item) for key, item in schema.items() if key != "default"}
    if isinstance(schema, list):
        return [_resolve(item) for item in schema]
    return schema
