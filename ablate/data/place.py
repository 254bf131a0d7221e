"""Where data is looked for, cached and downloaded to."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ablate.errors import DataError

#: Called with what is being done, how much is done and the total (0 if unknown).
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class DataPlace:
    """The folders of one run, first to last in ``roots``.

    ``cache`` may be deleted at any time; ``downloads`` is ``None`` where downloading is forbidden.
    """

    roots: tuple[Path, ...]
    cache: Path
    downloads: Path | None

    def candidates(self, relative: str) -> tuple[Path, ...]:
        """``relative`` in every root, in order; an absolute path (or ``~``) is its only candidate.

        >>> DataPlace((Path("/a"), Path("/b")), Path("/c"), None).candidates("x")
        (PosixPath('/a/x'), PosixPath('/b/x'))
        """
        path = Path(relative).expanduser()
        if path.is_absolute():
            return (path,)
        return tuple(root / path for root in self.roots)

    def locate(self, data_set: str, relative: str) -> Path:
        """The first candidate that exists.

        Raises:
            DataError: there is none; the text names every place looked at.
        """
        candidates = self.candidates(relative)
        for candidate in candidates:
            if candidate.exists():
                return candidate
        raise self.missing(data_set, f"{relative!r} was not found", candidates)

    def missing(
        self, data_set: str, what: str, looked: Sequence[Path], remedy: str = ""
    ) -> DataError:
        """The error for data that is in none of the places ``looked`` at."""
        places = "\n".join(f"    {path}" for path in looked)
        advice = "Set --data or ABLATE_DATA to the folder that holds it"
        return DataError(
            f"data set '{data_set}': {what}. Looked at:\n{places}\n"
            f"  {advice}{', or ' + remedy if remedy else ''}"
        )


def default_place(data: Path | None, study_folder: Path) -> DataPlace:
    """The places of a study: ``data`` (or ``ABLATE_DATA``), its own folder, the downloads.

    The cache is ``ABLATE_CACHE`` or the user's cache folder; downloads go to the user's data folder.
    """
    import platformdirs

    named = data if data is not None else _from_environment("ABLATE_DATA")
    downloads = Path(platformdirs.user_data_dir("ablate"))
    roots = [*([named] if named is not None else []), study_folder, downloads]
    cache = _from_environment("ABLATE_CACHE") or Path(platformdirs.user_cache_dir("ablate"))
    return DataPlace(
        tuple(dict.fromkeys(root.expanduser().absolute() for root in roots)),
        cache.expanduser().absolute(),
        downloads,
    )


def _from_environment(name: str) -> Path | None:
    value = os.environ.get(name)
    return Path(value) if value else None
