"""Looks at a study that another process runs, from its records and the folders of its trials."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ablate.plan.search.types import SearchResult
from ablate.progress.folders import Sign, TrialFolders
from ablate.progress.outside import OutsideTrial, OutsideView
from ablate.report.searching import progress
from ablate.results import ResultSet, Status, TrialResult
from ablate.runner.estimate import estimate_s
from ablate.runner.standing import standing
from ablate.runner.study import Study

#: Failures that are shown, the last ones.
MOST_FAILURES = 5

#: Searches that are shown.
MOST_SEARCHES = 4

#: Reading the records takes at most this part of the time.
SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Work:
    """How long a number of trials takes, one after the other."""

    seconds: float
    trials: float


class Lookout:
    """Sees how a study stands; reads again only what has changed, and records seldom enough to be cheap."""

    def __init__(self, study: Study, clock: Callable[[], float] = time.time) -> None:
        self._study = study
        self._clock = clock
        self._folders = TrialFolders(
            study.store.trials / study.plan.study, study.plan.primary.monitored
        )
        self._version: tuple[tuple[int, int], ...] = ()
        self._next_read_s = -float("inf")
        self._read()

    def look(self, *, last: bool = False) -> OutsideView:
        """The study now; with ``last`` with all that is recorded by now."""
        if last or (self._clock() >= self._next_read_s and self._version != self._stored()):
            self._read()
        signs = self._folders.look(trial.identity for trial in self._running)
        return OutsideView(
            headline=self._standing.text,
            now_s=self._clock(),
            running=tuple(
                OutsideTrial(trial.name, signs[trial.identity]) for trial in self._running
            ),
            searches=self._searches,
            failures=self._failures,
            left_s=self._left_s(signs.values()),
            complete=self._standing.complete,
        )

    def _read(self) -> None:
        begun = time.perf_counter()
        self._version = self._stored()
        self._study.refresh()
        results = self._study.results()
        self._standing = standing(self._study.plan, results, self._study.searches())
        recorded = self._study.recorded() if self._standing.searches else results
        self._running = [item for item in recorded if item.status is Status.RUNNING]
        self._failures = _last_failures(recorded)
        self._searches = tuple(_search_lines(tuple(self._standing.searches.values())))
        self._work = self._to_do(results)
        self._next_read_s = self._clock() + (time.perf_counter() - begun) / SHARE

    def _stored(self) -> tuple[tuple[int, int], ...]:
        database = self._study.store.database
        return tuple(map(_stamp, (database, database.with_name(f"{database.name}-wal"))))

    def _to_do(self, results: ResultSet) -> Work | None:
        """All that has not ended, as if none of it had begun; ``None`` while nothing tells how long it takes."""
        plan = self._study.plan
        settled = {(item.condition, item.seed) for item in results if item.status.settled}
        pruned = {item.condition for item in results if item.status is Status.PRUNED}
        rows = [
            trial
            for trial in plan.trials
            if (trial.condition, trial.seed) not in settled and trial.condition not in pruned
        ]
        seconds = estimate_s(plan, results, rows, jobs=1) if rows else 0.0
        parts = [None if seconds is None else Work(seconds, len(rows))]
        parts += [_left_of(result) for result in self._standing.searches.values()]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        return Work(sum(part.seconds for part in known), sum(part.trials for part in known))

    def _left_s(self, signs: Iterable[Sign]) -> float | None:
        """Seconds until everything has ended, if as many trials go on side by side as do now."""
        if self._work is None:
            return None
        done = sum(sign.progress.fraction for sign in signs if sign.progress)
        usual_s = self._work.seconds / max(1.0, self._work.trials)
        return max(0.0, self._work.seconds - done * usual_s) / max(1, len(self._running))


def _search_lines(searches: Sequence[SearchResult]) -> Iterator[tuple[str, str]]:
    """How far searches are; of many only some of those that go on."""
    many = len(searches) > MOST_SEARCHES
    shown = [result for result in searches if not (many and result.finished)][:MOST_SEARCHES]
    for result in shown:
        yield f"search {result.plan.name}", progress(result)
    if many:
        ended = sum(result.finished for result in searches)
        yield "searches", f"{ended} of {len(searches)} ended"


def _left_of(result: SearchResult) -> Work | None:
    """What a search may still spend, judged by what its configurations took so far."""
    if result.finished:
        return Work(0.0, 0.0)
    ended = [point.duration_s for point in result.points if point.status.settled]
    if not ended or not sum(ended):
        return None
    usual_s, budget = sum(ended) / len(ended), result.plan.budget
    left = [] if budget.trials is None else [float(budget.trials - len(ended))]
    left += [] if budget.seconds is None else [(budget.seconds - sum(ended)) / usual_s]
    trials = max(0.0, min(left))
    return Work(trials * usual_s, trials)


def _last_failures(results: Iterable[TrialResult]) -> tuple[str, ...]:
    failed = [item for item in results if item.status in (Status.FAILED, Status.DIVERGED)]
    latest = sorted(failed, key=lambda item: (item.start_ms, item.name))[-MOST_FAILURES:]
    return tuple(f"{item.name}: {item.status}: {item.reason}" for item in latest)


def _stamp(file: Path) -> tuple[int, int]:
    """What changes when a file does."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
