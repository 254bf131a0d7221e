"""The fake trainer on a disk that fails: full, without flushing, or with the trial's folder gone.

Beside the troubles of :mod:`ablate.testing.fake_trainer` its payload may ask for one of :data:`DISK_TROUBLES`.
"""

from __future__ import annotations

import errno
import os
import resource
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from ablate.testing import fake_trainer

if TYPE_CHECKING:
    from ablate.schedule.job import Slot

TARGET = "ablate.testing.faulty_disk:train"


def train(folder: Path, slot: Slot) -> None:
    """Pretend to train what ``folder/job.json`` asks for."""
    troubles = {name: partial(trouble, folder) for name, trouble in DISK_TROUBLES.items()}
    fake_trainer.TROUBLES.update(troubles)
    fake_trainer.train(folder, slot)


def _fill(_: Path) -> None:
    """Let no file of this process grow any more, its log included."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def _break_flushing(_: Path) -> None:
    os.fsync = _cannot_flush  # type: ignore[assignment]  # until the process ends


def _cannot_flush(_: object) -> NoReturn:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


DISK_TROUBLES: dict[str, Callable[[Path], None]] = {
    "disk full": _fill,
    "folder removed": shutil.rmtree,
    "no flushing": _break_flushing,
}
