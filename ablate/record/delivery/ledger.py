"""What a server is known to hold, so that a pass over delivered runs asks nothing. Losing it only costs time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from ablate.files import write_text

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A delivered run.

    ``digest`` is that of the local run, ``points`` and ``points_digest`` say how many of its metrics were delivered
    and which (``points`` is ``None`` where that is not known), ``files`` is the digest of its artifacts. ``deleted``:
    somebody deleted it at the server.
    """

    server_run: str
    digest: str = ""
    points: int | None = None
    points_digest: str = ""
    files: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """Local run id to what was delivered of it, into one experiment of one server."""

    experiment: str = ""
    described: str = ""
    runs: Mapping[str, Entry] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Ledger:
        """The ledger in a file; an empty one if there is none, or one that is damaged."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            if values["format"] != _FORMAT:
                return cls()
            runs = {run_id: Entry(**entry) for run_id, entry in values["runs"].items()}
            return cls(values["experiment"], values["described"], runs)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def write(self, path: Path) -> None:
        """Keep it, whole or not at all."""
        runs = {run_id: asdict(entry) for run_id, entry in self.runs.items()}
        values = {
            "format": _FORMAT,
            "experiment": self.experiment,
            "described": self.described,
            "runs": runs,
        }
        write_text(path, json.dumps(values))

    def knowing(self, run_id: str, entry: Entry) -> Ledger:
        """The ledger with one entry more."""
        return replace(self, runs={**self.runs, run_id: entry})
