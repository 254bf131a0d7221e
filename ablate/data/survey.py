"""Looking once at every image of a source: its fingerprint, sizes and channels, remembered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ablate.data.decode import DAMAGE, Header, header, orientation, reason
from ablate.data.mask_source import MaskedSource
from ablate.data.place import Progress
from ablate.data.source import Pixels, Record, Source, where, where_mask
from ablate.files import hash_value, write_json

#: Changes when the way of looking does, so that old results are not used.
_VERSION = 1
_STEP = 512

#: An image, its height and width, its mask, and the mask's.
Misfit = tuple[str, int, int, str, int, int]


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of a source once every image was looked at.

    ``sizes`` holds (name, height, width) of the first readable image and of the first whose size differs from
    it. ``damaged`` holds (name, reason) of the images that cannot be used, ``misfits`` those whose mask
    has another size, ``turned`` (name, orientation) of those whose mask may fit only once they are turned.
    """

    fingerprint: str
    channels: int
    sizes: tuple[tuple[str, int, int], ...]
    damaged: tuple[tuple[str, str], ...]
    misfits: tuple[Misfit, ...] = ()
    turned: tuple[tuple[str, int], ...] = ()


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
            tuple(
                (str(image), int(h), int(w), str(mask), int(mh), int(mw))
                for image, h, w, mask, mh, mw in value.get("misfits", ())
            ),
            tuple((str(name), int(how)) for name, how in value.get("turned", ())),
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # absent or cut short: look again
        return None


def _look(source: Source, progress: Progress | None) -> Survey:
    records = source.records()
    seen = _Seen(source)
    for done, record in enumerate(records):
        if progress and done % _STEP == 0:
            progress("reading images", done, len(records))
        seen.add(record)
    return seen.survey()


class _Seen:
    """What the images looked at so far have shown."""

    def __init__(self, source: Source) -> None:
        self._classes = source.classes
        self._has_masks = isinstance(source, MaskedSource)
        self._may_be_turned = isinstance(source, MaskedSource) and not source.is_stored_view
        self._digest = hashlib.blake2b(digest_size=16)
        if isinstance(source, MaskedSource):
            self._digest.update(hash_value([source.classes, source.masks.identity()]).encode())
        self._grey = True
        self._sizes: list[tuple[str, int, int]] = []
        self._damaged: list[tuple[str, str]] = []
        self._misfits: list[Misfit] = []
        self._turned: list[tuple[str, int]] = []

    def add(self, record: Record) -> None:
        content = record.read()
        _add(self._digest, self._classes, record, content)
        image = self._header(where(record), content)
        if image is not None:
            self._grey = self._grey and image.grey
            if not self._sizes or (len(self._sizes) == 1 and self._sizes[0][1:] != image[1:]):
                self._sizes.append((where(record), image.height, image.width))
            if self._may_be_turned and (how := orientation(content)) != 1:
                self._turned.append((where(record), how))
        if self._has_masks:
            self._add_mask(record, image)

    def _add_mask(self, record: Record, image: Header | None) -> None:
        content = record.read_mask()
        _add_pixels(self._digest, content)
        mask = self._header(where_mask(record), content)
        if image and mask and image[1:] != mask[1:]:
            misfit = (where(record), *image[1:], where_mask(record), *mask[1:])
            self._misfits.append(misfit)

    def _header(self, name: str, content: bytes | Pixels) -> Header | None:
        try:
            return header(content)
        except DAMAGE as error:
            self._damaged.append((name, reason(error)))
            return None

    def survey(self) -> Survey:
        return Survey(
            self._digest.hexdigest(),
            1 if self._grey else 3,
            tuple(self._sizes),
            tuple(self._damaged),
            tuple(self._misfits),
            tuple(self._turned),
        )


def _add(
    digest: hashlib.blake2b, classes: Sequence[str], record: Record, content: bytes | Pixels
) -> None:
    shape = "" if isinstance(content, bytes) else f"{content.shape}"
    head = "\0".join((record.split, classes[record.label], record.name, shape))
    digest.update(f"{len(head)}:{head}".encode())
    _add_pixels(digest, content)


def _add_pixels(digest: hashlib.blake2b, content: bytes | Pixels) -> None:
    raw = content if isinstance(content, bytes) else content.tobytes()
    digest.update(hashlib.blake2b(raw, digest_size=16).digest())
