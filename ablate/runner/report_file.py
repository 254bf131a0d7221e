"""The file to which a program appends what it reports, a line of JSON each."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from ablate.errors import TrialError
from ablate.runner.event_log import EventLog
from ablate.runner.metric_rules import shown
from ablate.runner.reports import Reports, as_epoch

REPORT = "report.jsonl"
_CHUNK = 1 << 20
#: More than any report needs; stops a program that writes something else into the file.
_LONGEST_LINE = 1 << 24


class ReportFile:
    """Reads the lines that were appended since the last look, and hands them on."""

    def __init__(self, path: Path, reports: Reports) -> None:
        self._path = path
        self._reports = reports
        self._offset = 0
        self._rest = b""
        self._line = 0

    def take_new(self) -> None:
        """Take every complete line.

        Raises:
            TrialError: a line is not JSON, too long, or breaks a rule of reporting.
        """
        while chunk := self._read():
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            for line in lines:
                self._take(line)
            if len(self._rest) > _LONGEST_LINE:
                raise TrialError(
                    f"line {self._line + 1} of its reports is longer than {_LONGEST_LINE:,} bytes"
                )

    def take_rest(self) -> None:
        """As :meth:`take_new`, and the last line even if nothing ends it: no more will come."""
        self.take_new()
        if self._rest.strip():
            self._take(self._rest)
        self._rest = b""

    def _read(self) -> bytes:
        try:
            with self._path.open("rb") as stream:
                stream.seek(self._offset)
                chunk = stream.read(_CHUNK)
        except FileNotFoundError:
            return b""
        self._offset += len(chunk)
        return chunk

    def _take(self, line: bytes) -> None:
        self._line += 1
        if not line.strip():
            return
        try:
            report = json.loads(line)
        except (ValueError, RecursionError):
            text = shown(line.decode(errors="replace"))
            raise TrialError(f"line {self._line} of its reports is not JSON: {text}") from None
        self._reports.take(report)


def recover(folder: Path) -> None:
    """Record the epochs that an earlier attempt reported and its worker did not live to record.

    Without them a program that goes on from its own checkpoint would leave a gap. Then the file is deleted.
    """
    path = folder / REPORT
    if not path.exists():
        return
    log = EventLog(folder / "events.jsonl")
    with path.open("rb") as stream, suppress(TrialError, ValueError, RecursionError):
        for line in stream:
            log.write(as_epoch(json.loads(line)))
    log.close()
    path.unlink()
