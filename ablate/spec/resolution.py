"""Sections of a study to the configuration that they describe, or to what is wrong with them."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from ablate.spec.blame import Mistake
from ablate.spec.config import Config, TrialConfig
from ablate.spec.config_kind import SECTIONS, config_class
from ablate.spec.options import Tree
from ablate.spec.problems import sentences


def resolve_sections(tree: Tree) -> tuple[Config | None, list[Mistake]]:
    """As :func:`ablate.spec.stages.resolve`, of the sections alone."""
    kind = config_class(tree.get("task"))
    config, mistakes = validate(kind, {key: tree[key] for key in kind.model_fields if key in tree})
    foreign = [key for key in SECTIONS if key in tree and key not in kind.model_fields]
    if foreign:
        return None, [*mistakes, *(_foreign(key, kind) for key in foreign)]
    return config, mistakes


def _foreign(section: str, kind: type[Config]) -> Mistake:
    """A section that belongs to the other kind of study."""
    if kind is TrialConfig:
        remedy = "Only 'task: command' and 'task: python' have params"
        return (section,), f"this task has no '{section}'", remedy
    remedy = "What a script needs stands under params"
    return (section,), f"a script has no section '{section}'", remedy


def validate(kind: Any, value: Any) -> tuple[Any, list[Mistake]]:
    """``value`` as ``kind``, or ``None`` and its mistakes as (path, message, remedy)."""
    try:
        return TypeAdapter(kind).validate_python(value), []
    except ValidationError as error:
        return None, sentences(error)
