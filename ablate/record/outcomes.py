"""What became of each image of a run, read back from its artifacts."""

from __future__ import annotations

import logging

from ablate.errors import RecordError
from ablate.outcomes import SplitOutcomes
from ablate.record.reader import artifact_folder
from ablate.record.store import Store

_LOG = logging.getLogger("ablate")


def outcomes_name(split: str) -> str:
    """The artifact of a split."""
    return f"per_image/{split}.npz"


def read_outcomes(store: Store, run_id: str, split: str) -> SplitOutcomes | None:
    """The outcomes on a split; ``None`` where the run kept none, they are not on this machine or damaged."""
    try:
        content = (artifact_folder(store, run_id) / outcomes_name(split)).read_bytes()
    except (RecordError, FileNotFoundError):
        return None
    return parsed(content, run_id, split)


def parsed(content: bytes, run_id: str, split: str) -> SplitOutcomes | None:
    """The outcomes in a file; ``None``, and a warning, if it is damaged."""
    try:
        return SplitOutcomes.from_npz(content)
    except ValueError as error:
        _LOG.warning("%s of run %s is left out: %s", outcomes_name(split), run_id, error)
        return None
