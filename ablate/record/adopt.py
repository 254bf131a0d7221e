"""The finished result of another study of the same store, copied instead of trained again."""

from __future__ import annotations

from dataclasses import dataclass

from ablate.record import database, keys, tables
from ablate.record.rows import RunRow
from ablate.record.store import Store


@dataclass(frozen=True, slots=True)
class Source:
    """A finished run of another study, with every metric as (key, value, time in ms, step)."""

    study: str
    run: RunRow
    duration_ms: int
    history: tuple[tuple[str, float, int, int], ...]

    def tags(self) -> dict[str, str]:
        """What the copy takes over: where and how the result came about."""
        kept = {
            key: text
            for key, text in self.run.tags.items()
            if key != keys.RUN_NAME and not key.startswith(keys.SEARCH)
        }
        origin = {keys.SOURCE_RUN: self.run.run_id, keys.SOURCE_STUDY: self.study}
        return {**origin, **kept}


def find_source(store: Store, study: str, identity: str) -> Source | None:
    """The newest finished run of this identity in a study other than ``study``."""
    if not store.exists:
        return None
    with database.reading(store.database) as connection:
        found = tables.finished_runs(connection, [identity], except_study=study).get(identity)
        if found is None:
            return None
        source_study, run_id = found
        run = tables.one_run(connection, run_id)
        if run is None:
            return None
        return Source(
            source_study,
            run,
            tables.duration_ms(connection, run_id),
            tuple(tables.history(connection, run_id)),
        )
