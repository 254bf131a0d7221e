"""The dotted fields of a configuration that rows and searches may change."""

from __future__ import annotations

from collections.abc import Sequence

from ablate.errors import did_you_mean
from ablate.registry import table
from ablate.spec import config_kind
from ablate.spec.options import invalid
from ablate.spec.script_options import ScriptOptions

#: Sections that all rows of a study share: what verdicts are about, and what is looked at beside.
_SHARED = ("task", "primary", "label_spaces", "probes", "representations")

#: Sections that searches may change.
_OF_TRIALS = tuple(name for name in config_kind.SECTIONS if name not in _SHARED)

#: Sections that rows may change, those of stages included.
SECTIONS = (*_OF_TRIALS, "stages")


def may_change(name: str) -> bool:
    """Whether a field, or a whole section, may differ between rows.

    >>> may_change("model"), may_change("task"), may_change("task.method")
    (True, False, True)
    """
    return name.partition(".")[0] in SECTIONS or name in _task_fields()


def hint(name: str, sections: Sequence[str] = SECTIONS) -> str:
    """A remedy for a field that may not differ, where ``sections`` may."""
    root = name.partition(".")[0]
    if root == "task":
        return f"Rows share the task, but for {', '.join(_task_fields())}"
    return did_you_mean(root, sections)


def check_field(name: str) -> str:
    """The name of a dotted field; an error where it names no field of a section.

    >>> check_field("optimizer.lr")
    'optimizer.lr'
    """
    root, _, rest = name.partition(".")
    if root == "stages":
        rule = "a search cannot vary a stage"
        raise invalid(rule, "Name the levels as factors of a grid: {stages.NAME.FIELD: [...]}")
    if not may_change(name):
        raise invalid(f"unknown section '{root}'", hint(name, _OF_TRIALS))
    if not all(rest.split(".")):
        raise invalid(f"must be a field such as optimizer.lr, not '{name}'")
    return name


def _task_fields() -> tuple[str, ...]:
    """The options of tasks that train; which task it is all rows share."""
    tasks = (table("task").get(name) for name in table("task").own_names())
    fields = {
        f"task.{field}"
        for task in tasks
        if not issubclass(task, ScriptOptions)
        for field in task.model_fields
        if field != "name"
    }
    return tuple(sorted(fields))
