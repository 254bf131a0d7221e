"""The options of ``ablate run``, and what they mean together."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ablate.errors import UsageError
from ablate.runner.summary import Choices
from ablate.runner.upkeep.keep import parse_keep

Jobs = Annotated[
    int | None, typer.Option(help="Trials side by side (default: one a GPU, or one a core).")
]
Devices = Annotated[
    str | None, typer.Option(help="cpu, cuda, or numbers of GPUs such as 0,1 (default: all GPUs).")
]
SlotsPerGpu = Annotated[
    str, typer.Option(help="Trials on one GPU: a number, or auto: as many as fit.")
]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Train failed trials again.")]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Stop at the first trial that fails.")]
SmokeCheck = Annotated[
    bool, typer.Option(help="Try one batch of each network before the first trial starts.")
]
StallMinutes = Annotated[
    float | None,
    typer.Option(
        help="A trial silent for so long has failed; 0: never (default: 15; scripts: never)."
    ),
]
KeepWeights = Annotated[
    str | None,
    typer.Option("--keep", help="Weights to keep: best, all or none (default: as the study says)."),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show what trials print.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the table only.")]


def choices_of(
    *, slots_per_gpu: str, stall_minutes: float | None, keep: str | None, **others: Any
) -> Choices:
    """The options of the command line as choices.

    Raises:
        UsageError: a value that cannot be meant.
    """
    if slots_per_gpu != "auto" and not slots_per_gpu.isdecimal():
        raise UsageError(f"--slots-per-gpu {slots_per_gpu}: must be a whole number, or auto")
    if stall_minutes is not None and stall_minutes < 0:
        raise UsageError(f"--stall-minutes {stall_minutes}: must be at least 0; 0 means never")
    return Choices(
        slots_per_gpu="auto" if slots_per_gpu == "auto" else int(slots_per_gpu),
        stall_s=None if stall_minutes is None else stall_minutes * 60,
        keep=None if keep is None else parse_keep(keep),
        **others,
    )
