"""The fields in which two configurations differ, as texts and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ablate.report.cells import Text
from ablate.report.number_format import ABSENT
from ablate.report.setting_values import REPORTING, compact, differing, fields_of
from ablate.report.table import AblationTable
from ablate.spec.config import Config
from ablate.spec.options import Tree
from ablate.spec.stages import config_tree
from ablate.spec.text import show_value

#: Longer values are cut.
MOST_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A dotted field and its value on either side; ``-`` where a side has no such field."""

    field: str
    first: str
    second: str


def config_differences(first: Config, second: Config) -> tuple[FieldDifference, ...]:
    """Every field that can change what is trained and differs, those of stages included.

    A field that one side lacks, since another member stands in its section, counts where it is not at its default.
    """
    rows = fields_of(first), fields_of(second)
    own = [
        _difference(field, *(compact(row[field]) if field in row else ABSENT for row in rows))
        for field in differing([first, second])
    ]
    stages = ({"stages": config_tree(one).get("stages", {})} for one in (first, second))
    return (*own, *tree_differences(*stages))


def tree_differences(first: Tree, second: Tree) -> tuple[FieldDifference, ...]:
    """The same of recorded configurations, whose defaults are not known: a field that one side lacks always counts."""
    rows = dict(_fields(first)), dict(_fields(second))
    return tuple(
        _difference(field, *(show_value(row.get(field, ABSENT), 10_000) for row in rows))
        for field in dict.fromkeys((*rows[0], *rows[1]))
        if rows[0].get(field, ABSENT) != rows[1].get(field, ABSENT)
    )


def fields_table(differences: Sequence[FieldDifference]) -> AblationTable:
    """Field, A and B."""
    return AblationTable(
        title="Configuration",
        description=""
        if differences
        else "Every field that can change what is trained is the same.",
        columns=("field", "A", "B"),
        rows=tuple((Text(item.field), Text(item.first), Text(item.second)) for item in differences),
        footer=(),
        records=(),
    )


def _difference(field: str, first: str, second: str) -> FieldDifference:
    cut = [show_value(text, MOST_CHARACTERS) for text in (first, second)]
    return FieldDifference(field, *(cut if cut[0] != cut[1] else (first, second)))


def _fields(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """``section.field`` and value, of the sections that can change what is trained, stages included."""
    found: list[tuple[str, Any]] = []
    for section, values in tree.items():
        if section in REPORTING or not isinstance(values, Mapping):
            continue
        if section == "stages":
            for name, stage in values.items():
                found += _fields(stage, f"{prefix}stages.{name}.")
        else:
            found += [(f"{prefix}{section}.{name}", value) for name, value in values.items()]
    return found
