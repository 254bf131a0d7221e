"""One YAML study file in, an ablation table people can trust out.

>>> import ablate
>>> sorted(ablate.__all__)  # doctest: +NORMALIZE_WHITESPACE
['AblateError', 'DataError', 'ResultSet', 'RunSummary', 'Study', 'StudyError', 'TrialResult', 'check', 'frame', 'run',
 'table']
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from ablate.errors import AblateError, DataError, StudyError
from ablate.results import ResultSet, TrialResult

if TYPE_CHECKING:
    from ablate.runner.api import check, frame, run
    from ablate.runner.study import Study
    from ablate.runner.summary import RunSummary
    from ablate.runner.tables import table

__version__ = version("ablate")
__all__ = [
    "AblateError",
    "DataError",
    "ResultSet",
    "RunSummary",
    "Study",
    "StudyError",
    "TrialResult",
    "check",
    "frame",
    "run",
    "table",
]

_LATER = {
    "RunSummary": "ablate.runner.summary",
    "Study": "ablate.runner.study",
    "check": "ablate.runner.api",
    "frame": "ablate.runner.api",
    "run": "ablate.runner.api",
    "table": "ablate.runner.tables",
}


def __getattr__(name: str) -> Any:
    # imported when asked for, so that every part of the package can be imported by itself
    if name not in _LATER:
        raise AttributeError(f"module 'ablate' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_LATER[name]), name)
