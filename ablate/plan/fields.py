"""The dotted fields of a configuration that rows and searches may change."""

from __future__ import annotations

from ablate.errors import did_you_mean
from ablate.spec import config
from ablate.spec.options import invalid

#: Sections that all rows of a study share: what verdicts are about, and what is looked at beside.
_SHARED = ("task", "primary", "label_spaces", "probes", "representations")

#: Sections that searches may change.
_OF_TRIALS = tuple(name for name in config.SECTIONS if name not in _SHARED)

#: Sections that rows may change, those of stages included.
SECTIONS = (*_OF_TRIALS, "stages")


def check_field(name: str) -> str:
    """The name of a dotted field; an error where it names no field of a section.

    >>> check_field("optimizer.lr")
    'optimizer.lr'
    """
    root, _, rest = name.partition(".")
    if root == "stages":
        rule = "a search cannot vary a stage"
        raise invalid(rule, "Name the levels as factors of a grid: {stages.NAME.FIELD: [...]}")
    if root not in _OF_TRIALS:
        raise invalid(f"unknown section '{root}'", did_you_mean(root, _OF_TRIALS))
    if not all(rest.split(".")):
        raise invalid(f"must be a field such as optimizer.lr, not '{name}'")
    return name
