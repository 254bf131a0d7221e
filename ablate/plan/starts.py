"""Which ablation starts from which: ``start_from``, checked."""

from __future__ import annotations

from collections.abc import Mapping

from ablate.errors import did_you_mean
from ablate.plan.conditions import Conditions
from ablate.plan.designs.base import Ablation
from ablate.plan.designs.search import Search


def read_starts(conditions: Conditions, ablations: Mapping[str, Ablation | None]) -> dict[str, str]:
    """Each ablation to the search that it starts from, where it does; what cannot be becomes a problem.

    ``ablations``: by name; ``None`` for one whose options are wrong.
    """
    wanted = {name: item.start_from for name, item in ablations.items() if item and item.start_from}
    found = {}
    for name, start in wanted.items():
        problem = _problem(name, start, wanted, ablations)
        if problem is None:
            found[name] = start
        else:
            conditions.complain(("ablations", name, "start_from"), *problem)
    return found


def _problem(
    name: str, start: str, wanted: Mapping[str, str], ablations: Mapping[str, Ablation | None]
) -> tuple[str, str] | None:
    searches = [key for key, item in ablations.items() if isinstance(item, Search) and key != name]
    if start not in ablations:
        return f"no ablation is called '{start}'", did_you_mean(start, searches)
    item = ablations[start]
    if item is not None and not isinstance(item, Search):
        hint = did_you_mean(start, searches)
        return f"'{start}' is no search, and has no best configuration", hint
    if name in chain(start, wanted):
        return f"'{start}' starts from '{name}' in turn", "Leave one start_from out"
    return None


def chain(name: str, starts: Mapping[str, str]) -> tuple[str, ...]:
    """An ablation, the search that it starts from, the one which that starts from, and so on.

    >>> chain("c", {"c": "b", "b": "a"})
    ('c', 'b', 'a')
    """
    found = [name]
    while (start := starts.get(found[-1])) is not None and start not in found:
        found.append(start)
    return tuple(found)
