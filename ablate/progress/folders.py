"""What running trials leave in their folders, seen from another process: position, last metric, signs of life."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ablate.events import EventReader
from ablate.progress.channel import ProgressState, read_progress
from ablate.results import EpochMetrics


@dataclass(frozen=True, slots=True)
class Sign:
    """The last that was seen of a trial; ``time_s`` is when, in seconds since 1970, ``None`` for never."""

    progress: ProgressState | None = None
    metric: float | None = None
    time_s: float | None = None


class TrialFolder:
    """One trial's folder; files are read again only when they have changed."""

    def __init__(self, folder: Path, metric: str) -> None:
        self._progress_file = folder / "progress"
        self._events_file = folder / "events.jsonl"
        self._metric = metric
        self._events = EventReader(self._events_file)
        self._seen = {self._progress_file: 0, self._events_file: 0}
        self._sign = Sign()

    def look(self) -> Sign:
        """The last sign of life."""
        progress, metric = self._sign.progress, self._sign.metric
        if self._has_changed(self._progress_file):
            progress = read_progress(self._progress_file) or progress
        if self._has_changed(self._events_file):
            with suppress(
                ValueError
            ):  # what the driver makes of a file that is no record is its business
                for event in self._events.new():
                    if isinstance(event, EpochMetrics):
                        metric = event.metrics.get(self._metric, metric)
        latest_ns = max(self._seen.values())
        self._sign = Sign(progress, metric, latest_ns / 1e9 if latest_ns else None)
        return self._sign

    def _has_changed(self, file: Path) -> bool:
        try:
            changed_ns = file.stat().st_mtime_ns
        except FileNotFoundError:
            return False
        known, self._seen[file] = self._seen[file], changed_ns
        return changed_ns != known


class TrialFolders:
    """The folders of a study's trials, by identity, below ``root``; ``metric`` is the one to show."""

    def __init__(self, root: Path, metric: str) -> None:
        self._root = root
        self._metric = metric
        self._open: dict[str, TrialFolder] = {}

    def look(self, running: Iterable[str]) -> dict[str, Sign]:
        """The last sign of each running trial."""
        wanted = tuple(running)
        self._open = {
            identity: self._open.get(identity) or TrialFolder(self._root / identity, self._metric)
            for identity in wanted
        }
        return {identity: self._open[identity].look() for identity in wanted}
