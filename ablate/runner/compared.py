"""What ``ablate compare`` is asked to compare: two studies, two rows or two runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ablate.errors import UsageError

_RUN = re.compile(r"[0-9a-f]{8,32}")
_STUDY = re.compile(r"(?P<file>.+?\.ya?ml)(?::(?P<row>.+))?", re.IGNORECASE | re.DOTALL)
_FORMS = "Write two study files, two rows as STUDY.yaml:ROW, one study file and two of its rows, or two run ids"


@dataclass(frozen=True, slots=True)
class RunRef:
    """A run by its id."""

    run_id: str


@dataclass(frozen=True, slots=True)
class StudyRef:
    """A study file, or one of its rows."""

    file: Path
    row: str | None = None


Ref = RunRef | StudyRef


def read_refs(words: Sequence[str]) -> tuple[Ref, Ref]:
    """What the words of a command line name: two things of one kind.

    >>> read_refs(["a.yaml", "baseline", "Batch norm"])[1].row
    'Batch norm'
    >>> read_refs(["a.yaml:Batch norm", "b.yaml:baseline"])[0].row
    'Batch norm'

    Raises:
        UsageError: they are of different kinds, or neither two nor three.
    """
    if len(words) == 3:
        study = _ref(words[0])
        if isinstance(study, RunRef) or study.row is not None:
            raise UsageError(f"{words[0]!r} is no study file. {_FORMS}")
        return StudyRef(study.file, words[1]), StudyRef(study.file, words[2])
    if len(words) != 2:
        raise UsageError(f"ablate compare needs two things, and got {len(words)}. {_FORMS}")
    first, second = _ref(words[0]), _ref(words[1])
    if _kind(first) != _kind(second):
        kinds = f"{words[0]!r} is {_kind(first)} and {words[1]!r} is {_kind(second)}"
        raise UsageError(f"{kinds}: only two of a kind can be compared. {_FORMS}")
    return first, second


def nearest_runs(run_id: str, known: Iterable[str]) -> str:
    """A remedy that names the runs whose ids begin alike."""
    alike = [known_id for known_id in sorted(known) if known_id.startswith(run_id[:6])]
    return f"Did you mean {' or '.join(alike[:3])}?" if alike else "'ablate ui' lists the runs"


def _ref(word: str) -> Ref:
    found = _STUDY.fullmatch(word)
    if found is not None:
        return StudyRef(Path(found["file"]), found["row"])
    if _RUN.fullmatch(word) and not Path(word).exists():
        return RunRef(word)
    raise UsageError(f"{word!r} is neither a study file (.yaml) nor a run id. {_FORMS}")


def _kind(ref: Ref) -> str:
    if isinstance(ref, RunRef):
        return "a run"
    return "a study" if ref.row is None else "a row of a study"
