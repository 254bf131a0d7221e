"""Groups of a data set's classes, as a study file writes them: ``{name: [class, ...]}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from ablate.spec.labels import Groups
from ablate.spec.options import invalid


def _check_groups(groups: Groups) -> Groups:
    home: dict[str, str] = {}
    for group, members in groups.items():
        for member in members:
            if member in home:
                twice = f"{home[member]!r} and {group!r}" if home[member] != group else "one group"
                raise invalid(f"class {member!r} stands twice, in {twice}", "Name it once")
            home[member] = group
    return groups


#: Classes made of a data set's classes; what no group names is ignored.
Grouping = Annotated[
    Mapping[str, Annotated[tuple[str, ...], Field(min_length=1)]],
    Field(min_length=2),
    AfterValidator(_check_groups),
]
