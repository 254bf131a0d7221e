"""Recorded configurations, read back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ablate.record.keys import CONFIG_FILE
from ablate.spec.options import Tree, freeze


def parse_config(text: str) -> Tree:
    """The sections of a configuration that :func:`ablate.runner.cards.config_yaml` wrote.

    Raises:
        ValueError: the text is not such a configuration.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        tree: Any = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise ValueError("not YAML") from error
    if not isinstance(tree, Mapping):
        raise ValueError("not a configuration")
    frozen: Tree = freeze(tree)
    return frozen


def read_tree(artifacts: Path) -> Tree | None:
    """The recorded configuration of a run; ``None`` if it is missing or damaged."""
    try:
        return parse_config((artifacts / CONFIG_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
