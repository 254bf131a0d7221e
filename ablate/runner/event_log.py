"""The events of a trial, continued over its attempts: nothing is recorded twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ablate.events import EventWriter, read_events
from ablate.results import EpochMetrics, Event, Started


class EventLog:
    """Appends events; an epoch that an earlier attempt has already recorded is not repeated."""

    def __init__(self, path: Path) -> None:
        self.earlier = read_events(path)
        """What earlier attempts recorded."""
        self._last = max((e.epoch for e in self.earlier if isinstance(e, EpochMetrics)), default=0)
        self._writer = EventWriter(path)

    @property
    def attempt(self) -> int:
        """Which attempt this is, 1 for the first."""
        return 1 + sum(isinstance(event, Started) for event in self.earlier)

    def write(self, event: Event) -> None:
        """Append one event and flush it to disk.

        Raises:
            OSError: the event could not be written or flushed.
        """
        if isinstance(event, EpochMetrics):
            if event.epoch <= self._last:
                return
            self._last = event.epoch
        self._writer.write(event)

    def close(self) -> None:
        """Close the file."""
        self._writer.close()


def spent_s(events: Sequence[Event]) -> float:
    """Seconds that attempts took, each from its start to the last that it recorded.

    >>> spent_s([Started(1000, "cpu", 0, 0, 2), EpochMetrics(1, 3000, {}), Started(9000, "cpu", 0, 0, 2)])
    2.0
    """
    total = since = 0
    for event in events:
        if isinstance(event, Started):
            since = event.time_ms
        total += event.time_ms - since if since else 0
        since = event.time_ms
    return max(0, total) / 1000
