"""Downloads with progress and a checksum, kept for every study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from ablate.data.place import Progress
from ablate.errors import DataError


@dataclass(frozen=True, slots=True)
class Download:
    """One file of a data set on the network."""

    url: str
    sha256: str

    @property
    def file(self) -> str:
        """The file's name."""
        return self.url.rpartition("/")[2]


def download(files: Sequence[Download], folder: Path, progress: Progress | None = None) -> None:
    """Put ``files`` into ``folder``; those that are there with the right checksum are left alone.

    Raises:
        DataError: a file cannot be had, or does not have its checksum.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".download.lock"):
            for file in files:
                _fetch(file, folder, progress)
    except (OSError, ValueError) as error:  # requests' own errors are OSErrors
        raise DataError(
            f"downloading to {folder} failed: {error}. Try again, or put the files there yourself: "
            + ", ".join(file.url for file in files)
        ) from error


def _fetch(file: Download, folder: Path, progress: Progress | None) -> None:
    import pooch

    pooch.get_logger().setLevel("WARNING")
    bar = _Bar(f"downloading {file.file}", progress) if progress else False
    pooch.retrieve(
        file.url,
        known_hash=f"sha256:{file.sha256}",
        fname=file.file,
        path=folder,
        downloader=pooch.HTTPDownloader(progressbar=bar),
    )


class _Bar:
    """The part of tqdm's interface that pooch calls."""

    def __init__(self, what: str, progress: Progress) -> None:
        self.total = 0
        self._what = what
        self._progress = progress
        self._done = 0

    def update(self, count: int) -> None:
        self._done = min(self._done + count, self.total) if self.total else self._done + count
        self._progress(self._what, self._done, self.total)

    def reset(self) -> None:
        self._done = 0

    def close(self) -> None:
        """Nothing is left to do."""
