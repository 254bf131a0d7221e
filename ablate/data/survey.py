"""Looking once at every image of a source: its fingerprint, sizes and channels, remembered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ablate.data.decode import DAMAGE, header, reason
from ablate.data.place import Progress
from ablate.data.source import Pixels, Record, Source
from ablate.files import hash_value, write_json

#: Changes when the way of looking does, so that old results are not used.
_VERSION = 1
_STEP = 512


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of a source once every image was looked at.

    ``sizes`` holds (name, height, width) of the first readable image and of the first whose size differs from
    it. ``damaged`` holds (name, reason) of the images that cannot be used.
    """

    fingerprint: str
    channels: int
    sizes: tuple[tuple[str, int, int], ...]
    damaged: tuple[tuple[str, str], ...]


def survey(source: Source, cache: Path, progress: Progress | None = None) -> Survey:
    """The survey of a source: read from ``cache`` while its files have not changed, else made.

    Raises:
        DataError: a file cannot be read.
    """
    memo = cache / "surveys" / f"{hash_value([_VERSION, source.stamp()])}.json"
    known = _read(memo)
    if known is None:
        known = _look(source, progress)
        write_json(memo, asdict(known))
    return known


def _read(memo: Path) -> Survey | None:
    try:
        value: dict[str, Any] = json.loads(memo.read_text())
        return Survey(
            str(value["fingerprint"]),
            int(value["channels"]),
            tuple((str(n), int(h), int(w)) for n, h, w in value["sizes"]),
            tuple((str(n), str(why)) for n, why in value["damaged"]),
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # absent or cut short: look again
        return None


def _look(source: Source, progress: Progress | None) -> Survey:
    records = source.records()
    digest = hashlib.blake2b(digest_size=16)
    grey = True
    sizes: list[tuple[str, int, int]] = []
    damaged: list[tuple[str, str]] = []
    for done, record in enumerate(records):
        content = record.read()
        _add(digest, source.classes, record, content)
        if progress and done % _STEP == 0:
            progress("reading images", done, len(records))
        try:
            found = header(content)
        except DAMAGE as error:
            damaged.append((where(record), reason(error)))
            continue
        grey = grey and found.grey
        if not sizes or (len(sizes) == 1 and sizes[0][1:] != found[1:]):
            sizes.append((where(record), found.height, found.width))
    return Survey(digest.hexdigest(), 1 if grey else 3, tuple(sizes), tuple(damaged))


def _add(
    digest: hashlib.blake2b, classes: Sequence[str], record: Record, content: bytes | Pixels
) -> None:
    shape = "" if isinstance(content, bytes) else f"{content.shape}"
    raw = content if isinstance(content, bytes) else content.tobytes()
    head = "\0".join((record.split, classes[record.label], record.name, shape))
    digest.update(f"{len(head)}:{head}".encode())
    digest.update(hashlib.blake2b(raw, digest_size=16).digest())


def where(record: Record) -> str:
    """The image's path, or its name within the data set where it has no file of its own."""
    if isinstance(record.content, Path):
        return str(record.content)
    return f"{record.split}/{record.name}"
