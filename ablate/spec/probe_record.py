"""What a trial's folder ``probes`` holds, as it stands in its ``probes.json``."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ablate.files import retry_once
from ablate.spec.labels import Color

RECORD_FILE = "probes.json"
IMAGE_FILE, TRUTH_FILE, TRUTH_OVERLAY_FILE = "image.png", "truth.png", "truth-overlay.png"

#: What a mask's picture holds where the truth is unknown.
VOID = 255
_UNSAFE = re.compile(r"[^\w\- ]")
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Stage:
    """One probed epoch: when it ended (wall clock), and ``val/...`` metrics that a caption shows, where defined."""

    epoch: int
    time_ms: int
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ProbeRecord:
    """Pictures of ``images`` after each of ``stages``, in colours of ``palette``, which has one for each class."""

    classes: tuple[str, ...]
    palette: tuple[Color, ...]
    images: tuple[str, ...]
    overlay: bool
    errors: bool
    stages: tuple[Stage, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of pictures that there are of each stage, as in :func:`picture_of`."""
        wanted = {"": True, "overlay": self.overlay, "errors": self.errors}
        return tuple(kind for kind, is_kept in wanted.items() if is_kept)

    def until(self, epoch: int) -> ProbeRecord:
        """Without the stages after ``epoch``."""
        return replace(self, stages=tuple(s for s in self.stages if s.epoch <= epoch))

    def with_stage(self, stage: Stage) -> ProbeRecord:
        """With a stage in its place, instead of another of the same epoch."""
        others = (other for other in self.stages if other.epoch != stage.epoch)
        return replace(self, stages=tuple(sorted((*others, stage), key=lambda s: s.epoch)))

    def to_plain(self) -> dict[str, Any]:
        """As what JSON knows."""
        return asdict(self)


def read_record(folder: Path) -> ProbeRecord | None:
    """The record in a folder ``probes``; ``None`` if it has none.

    Raises:
        ValueError: the file is no such record.
    """
    try:
        text = retry_once((folder / RECORD_FILE).read_bytes)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        return _from_plain(json.loads(text))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{RECORD_FILE} is no record of probes") from error


def void_color(palette: Sequence[Color]) -> Color:
    """How unknown truth is shown: black, or as in Pascal VOC, where black is the colour of a class.

    >>> void_color([(128, 0, 0)]), void_color([(0, 0, 0), (128, 0, 0)])
    ((0, 0, 0), (224, 224, 192))
    """
    return (224, 224, 192) if (0, 0, 0) in palette else (0, 0, 0)


def folder_of(image: str) -> str:
    """The name of an image's folder: its own where every file system takes that, else with a digest.

    >>> folder_of("0016E5_08370"), folder_of("seq05vd/frame.1")
    ('0016E5_08370', 'seq05vd_frame_1-d12212b5')
    """
    safe = _UNSAFE.sub("_", image)[:_LONGEST].strip()
    if safe and safe == image:
        return safe
    return f"{safe}-{hashlib.blake2b(image.encode(), digest_size=4).hexdigest()}"


def picture_of(epoch: int, kind: str = "") -> str:
    """The name of a picture of an epoch: of the mask, or of a ``kind`` such as ``overlay``.

    >>> picture_of(40), picture_of(40, "overlay")
    ('epoch-0040.png', 'epoch-0040-overlay.png')
    """
    return f"epoch-{epoch:04d}-{kind}.png" if kind else f"epoch-{epoch:04d}.png"


def _from_plain(plain: dict[str, Any]) -> ProbeRecord:
    record = ProbeRecord(
        classes=tuple(str(name) for name in plain["classes"]),
        palette=tuple((int(r), int(g), int(b)) for r, g, b in plain["palette"]),
        images=tuple(str(name) for name in plain["images"]),
        overlay=bool(plain["overlay"]),
        errors=bool(plain["errors"]),
        stages=tuple(
            Stage(int(stage["epoch"]), int(stage["time_ms"]), dict(stage["metrics"]))
            for stage in plain["stages"]
        ),
    )
    if len(record.palette) != len(record.classes):
        raise ValueError(f"{RECORD_FILE}: {len(record.classes)} classes need as many colours")
    return record
