"""Downloads that torchvision makes: it knows the addresses and checksums of its data sets."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from ablate.errors import DataError


def download_whole(data_set: str, folder: Path, fetch: Callable[[Path], object]) -> None:
    """Let ``fetch`` fill a folder, which then becomes ``folder``; nothing is done if that exists.

    Raises:
        DataError: the data cannot be had.
    """
    part = folder.with_name(f"{folder.name}.part")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if folder.exists():
                return
            shutil.rmtree(part, ignore_errors=True)  # what a killed process left may be incomplete
            part.mkdir()
            fetch(part)
            part.rename(folder)
    except (OSError, RuntimeError) as error:  # torchvision raises these two
        raise DataError(
            f"data set '{data_set}': downloading to {folder} failed: {error}. Try again, or put the unpacked "
            "files there yourself"
        ) from error
