"""Names of metrics and parameters, written so that MLflow takes every one of them, and back.

MLflow allows letters, digits, ``_ - .``, spaces and ``/``, and no name that reads like an unusual path. Every other
character becomes ``_xHEX_`` (the escapes that spreadsheet files use), so that the usual names stay as they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from ablate.errors import RecordError
from ablate.record import keys

#: The longest written name; leaves room for the prefixes of tags, whose limit is MLflow's 250.
LONGEST = 200

_REFUSED = re.compile(
    r"[^\w.\- /]"  # characters outside MLflow's set
    r"|_(?=x[0-9A-F]*[^a-zA-Z0-9\- ])"  # what would read as an escape
    r"|(?<=/)/|^/|/$"  # empty segments of a path
    r"|(?:(?<=/)|^)\."  # segments such as . and ..
)
_ESCAPE = re.compile(r"_x([0-9A-F]*)_")
_UNSAFE_IN_FOLDERS = re.compile(r"[^\w.\- ]")


def encode(name: str) -> str:
    """A name as MLflow takes it; one to one, except that long names end in a digest.

    >>> encode("test/accuracy/T-shirt")
    'test/accuracy/T-shirt'
    >>> encode("mIoU@val"), encode("AP[car]")
    ('mIoU_x40_val', 'AP_x5B_car_x5D_')
    """
    written = _REFUSED.sub(lambda match: f"_x{ord(match[0]):X}_", name) or "_x_"
    if len(written) <= LONGEST:
        return written
    digest = _digest(name)
    return f"{written[: LONGEST - len(digest)]}{digest}"


def decode(written: str, full_names: Mapping[str, str] | None = None) -> str:
    """The name behind a written one; ``full_names`` are those of :func:`full_name_tags`.

    >>> decode("AP_x5B_car_x5D_")
    'AP[car]'
    """
    found = (full_names or {}).get(written[-_DIGEST_LENGTH:])
    if found is not None:
        return found
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else "", written)


def full_name_tags(names: Iterable[str]) -> dict[str, str]:
    """Tags that hold the full names of those that :func:`encode` shortens."""
    return {
        keys.FULL_NAME + _digest(name): name
        for name in names
        if encode(name).endswith(_digest(name))
    }


def full_names(tags: Mapping[str, str]) -> dict[str, str]:
    """Digest to full name, from the tags of a run."""
    start = len(keys.FULL_NAME)
    return {key[start:]: name for key, name in tags.items() if key.startswith(keys.FULL_NAME)}


def folder_name(study: str) -> str:
    """The name of a study's artifact folder: its own name where a file system takes that.

    >>> folder_name("basenet")
    'basenet'
    """
    safe = _UNSAFE_IN_FOLDERS.sub("_", study).strip(". ")[:100]
    return safe if safe and safe == study else f"{safe}{_digest(study)}"


def relative_name(name: str) -> PurePosixPath:
    """An artifact's name as a path that stays inside its folder.

    Raises:
        RecordError: the name is empty, absolute or leads outside.
    """
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\\" in name:
        raise RecordError(
            f"artifact name {name!r} leads outside the run's folder. "
            "Use a relative path without '..', such as 'confusion/test.json'"
        )
    return path


def _digest(name: str) -> str:
    return "-" + hashlib.blake2b(name.encode(), digest_size=8).hexdigest()


_DIGEST_LENGTH = len(_digest(""))
