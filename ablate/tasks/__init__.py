"""The tasks: one line each; ``ablate list tasks``."""

from __future__ import annotations

from ablate.registry import Table

TABLE = Table(
    "task",
    {
        "classification": "ablate.tasks.classification:Classification",
        "command": "ablate.tasks.command:Command",
        "python": "ablate.tasks.python:Python",
        "segmentation": "ablate.tasks.segmentation:Segmentation",
        "ssl": "ablate.tasks.ssl.options:Ssl",
    },
)
