"""The configuration in a job, with the code of its plugins imported: in a trial's own process, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ablate.errors import TrialError
from ablate.plugins.loading import load_unchanged
from ablate.spec.config import TrialConfig
from ablate.spec.earlier import Start
from ablate.spec.resolution import validate
from ablate.spec.yaml_file import show_path


@contextmanager
def job_config(job: Mapping[str, Any]) -> Iterator[TrialConfig]:
    """The configuration of a job; the members of its plugins are known inside the ``with`` block.

    Raises:
        PluginError: a plugin cannot be imported.
        TrialError: the plugins' own classes find what could not be seen without executing them.
    """
    with load_unchanged(job["plugins"]):
        config, mistakes = validate(TrialConfig, job["config"])
        if mistakes:
            raise TrialError("; ".join(_sentence(*mistake) for mistake in mistakes))
        start = job.get("start")
        yield config if start is None else config.starting_from(Start.from_plain(start))


def _sentence(path: Any, message: str, remedy: str) -> str:
    text = f"{show_path(path).removeprefix('$.')}: {message}"
    return f"{text}. {remedy}" if remedy else text
