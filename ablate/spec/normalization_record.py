"""How a training normalised its images, as its artifacts note it."""

from __future__ import annotations

import json
from pathlib import Path

from ablate.spec.values import Normalization

#: Among the artifacts of a trial.
NORMALIZATION_FILE = "normalization.json"


def read_normalization(artifacts: Path) -> Normalization:
    """What is noted below ``artifacts``.

    Raises:
        ValueError: nothing is, or it is damaged.
    """
    path = artifacts / NORMALIZATION_FILE
    try:
        noted = json.loads(path.read_bytes())
        return Normalization(mean=tuple(noted["mean"]), std=tuple(noted["std"]))
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{path} is damaged") from None
