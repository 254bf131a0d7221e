"""Which kind of configuration a study describes: of a training of this package, or of a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ablate.registry import UnknownName, table
from ablate.spec.config import Config, TrialConfig
from ablate.spec.script_config import ScriptConfig
from ablate.spec.script_options import ScriptOptions

#: Every section that a trial of one kind or the other may have.
SECTIONS = tuple(dict.fromkeys((*TrialConfig.model_fields, *ScriptConfig.model_fields)))


def config_class(task: Any) -> type[Config]:
    """The kind of configuration that a study with this ``task``, as written, describes.

    An unknown task counts as a training; validation says what is wrong with it.
    """
    name = task.get("name") if isinstance(task, Mapping) else task
    try:
        member = table("task").get(name) if isinstance(name, str) else None
    except UnknownName:
        member = None
    script = isinstance(member, type) and issubclass(member, ScriptOptions)
    return ScriptConfig if script else TrialConfig
