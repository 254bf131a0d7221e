"""Which fields moved a search's objective; computed once for the same points, since that takes up to seconds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ablate.files import hash_value, write_json
from ablate.plan.search.types import SearchResult
from ablate.record.store import Store
from ablate.results import Status
from ablate.schedule.importance import importances

#: Raised when importances are computed in another way.
_VERSION = 1


def with_importances(searches: Mapping[str, SearchResult], store: Store) -> dict[str, SearchResult]:
    """The searches with their importances; what was computed before is read from the store's cache."""
    return {key: _with(result, store.root / "cache") for key, result in searches.items()}


def _with(result: SearchResult, cache: Path) -> SearchResult:
    finished = [point for point in result.points if point.status is Status.FINISHED]
    if not finished:
        return result
    told = [[point.number, dict(point.params), point.value] for point in finished]
    name = hash_value([_VERSION, result.plan.key, repr(told)])
    path = cache / "importances" / f"{name}.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = importances(result.plan, result.points)
        if cache.parent.is_dir():
            with suppress(OSError):  # a store that cannot be written can be read all the same
                write_json(path, found)
    return replace(result, importances=dict(sorted(found.items(), key=lambda item: -item[1])))
