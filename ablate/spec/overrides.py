"""Overrides: dotted fields and the values that they take, applied to a study's sections.

Mappings are merged and lists replaced; changing a section's ``name`` drops that section's other fields, but for
``params``, where names mean nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ablate.registry import UnknownName, table
from ablate.spec.options import Tree

#: Sections that may be written as just a name.
NAMED_SECTIONS = ("task", "data", "model", "loss", "optimizer", "scheduler")

#: Sections whose keys are the study's own: a ``name`` in them is a key like any other.
FREE_SECTIONS = ("label_spaces", "params")

#: The members of sections that a study may leave out.
DEFAULT_NAMES = {"loss": "cross_entropy", "scheduler": "constant"}


def has_own_loss(task: Any) -> bool:
    """Whether a task, as written, brings its own loss, so that there is no section ``loss``.

    >>> has_own_loss("classification"), has_own_loss({"name": "ssl", "method": "byol"})
    (False, True)
    """
    name = task.get("name") if isinstance(task, Mapping) else getattr(task, "name", task)
    try:
        return isinstance(name, str) and getattr(table("task").get(name), "own_loss", False)
    except UnknownName:
        return False


def complete(tree: Tree) -> dict[str, Any]:
    """The tree of a study with short sections written out and default members named.

    >>> complete({"model": "basenet", "loss": {"label_smoothing": 0.1}})["loss"]
    {'name': 'cross_entropy', 'label_smoothing': 0.1}
    """
    tree = expand_names(tree)
    for section, name in DEFAULT_NAMES.items():
        value = tree.get(section, {})
        if section == "loss" and "loss" not in tree and has_own_loss(tree.get("task")):
            continue
        if isinstance(value, Mapping):
            tree[section] = {"name": name, **value}
    return complete_stages(tree)


def complete_stages(tree: Tree) -> dict[str, Any]:
    """The tree of a study with its stages completed, each like a study of its own."""
    return _of_stages(tree, complete)


def expand_names(tree: Tree) -> dict[str, Any]:
    """The tree with ``model: basenet`` written out as ``model: {name: basenet}``.

    >>> expand_names({"model": "basenet", "study": "a"})
    {'model': {'name': 'basenet'}, 'study': 'a'}
    """
    written = {
        key: {"name": value} if key in NAMED_SECTIONS and isinstance(value, str) else value
        for key, value in tree.items()
    }
    return _of_stages(written, expand_names)


def _of_stages(tree: Tree, change: Callable[[Tree], Tree]) -> dict[str, Any]:
    """The tree with each of its stages changed."""
    stages = tree.get("stages")
    if not isinstance(stages, Mapping):
        return dict(tree)
    changed = {
        name: change(stage) if isinstance(stage, Mapping) else stage
        for name, stage in stages.items()
    }
    return {**tree, "stages": changed}


def apply_overrides(tree: Tree, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The tree with every override applied at once; their order does not matter.

    >>> base = {"model": {"name": "basenet", "channels": (6, 12)}, "train": {"epochs": 2}}
    >>> apply_overrides(base, {"model.name": "timm/resnet18", "train": {"patience": 3}})
    {'model': {'name': 'timm/resnet18'}, 'train': {'epochs': 2, 'patience': 3}}
    """
    patch: dict[str, Any] = {}
    for path, value in overrides.items():
        patch = _merge(patch, expand_names(_nest(path.split("."), value)))
    return _merge(tree, patch)


def flatten(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Overrides with nested mappings of sections written as dotted fields.

    >>> flatten({"model": {"hidden": (12,)}, "optimizer.lr": 0.1})
    {'model.hidden': (12,), 'optimizer.lr': 0.1}
    """
    return dict(_flatten(overrides, ""))


def _flatten(overrides: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in overrides.items():
        path = f"{prefix}{key}"
        section = _section(path)
        named = section in NAMED_SECTIONS or section == "train"
        if named and isinstance(value, str):
            yield f"{path}.name", value
        elif (named or section in ("", *FREE_SECTIONS)) and isinstance(value, Mapping):
            yield from _flatten(value, f"{path}.")
        else:
            yield path, value


def _section(path: str) -> str:
    """The part of a dotted path that names a section, of the study or of a stage; empty above the sections of a stage.

    >>> [_section(path) for path in ("model.name", "stages.first", "stages.first.model")]
    ['model.name', '', 'model']
    """
    root, *rest = path.split(".")
    return ".".join(rest[1:]) if root == "stages" else path


def get_field(tree: Any, path: str) -> Any:
    """The value at a dotted path; ``None`` where there is none."""
    for key in path.split("."):
        tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree


def _nest(keys: list[str], value: Any) -> dict[str, Any]:
    return {keys[0]: _nest(keys[1:], value) if len(keys) > 1 else value}


def _merge(base: Tree, patch: Tree, *, free: bool = False) -> dict[str, Any]:
    renamed = not free and "name" in patch and patch["name"] != base.get("name")
    merged = {} if renamed and "name" in base else dict(base)
    for key, value in patch.items():
        old = merged.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            merged[key] = _merge(old, value, free=free or key in FREE_SECTIONS)
        else:
            merged[key] = value
    return merged
