"""Pictures of a trial as MLflow's own logged images, for which its UI has a grid with a slider of steps.

The files are those that ``MlflowClient.log_image(run_id, image, key=..., step=...)`` leaves (a test compares them), but
for a UUID that follows from the content: the same pictures give the same files, however often they are delivered.
"""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from ablate.files import retry_once
from ablate.spec.probe_record import (
    TRUTH_FILE,
    TRUTH_OVERLAY_FILE,
    ProbeRecord,
    folder_of,
    picture_of,
    read_record,
)

#: The tag of runs that have logged images.
TAGS = {"mlflow.loggedImages": "True"}

#: Where the UI's slider stands at first.
TRUTH_STEP = 0
#: Height and width of the smaller copy that grids show, at most.
_SMALL = 256
_REFUSED = re.compile(r"[^a-zA-Z0-9_\-. /]")
_LONGEST = 120
_LOGGED = re.compile(r"(?P<key>val~.+?)\+step\+(?P<step>\d+)\+timestamp\+.*\.png")


def logged_images(folder: Path) -> dict[str, Path | bytes]:
    """Name below a run's artifacts to content, of what a folder ``probes`` holds of each stage.

    A picture stands under the key ``val/<image>`` at the step of its epoch: the overlay, where there is one, else the
    mask. The truth stands at step 0, where the UI's slider begins. Nothing, if the folder has no pictures of a stage.

    Raises:
        ValueError: its record is damaged.
        OSError: a picture is missing or cannot be read.
    """
    record = read_record(folder)
    return {} if record is None else dict(_files(record, folder))


def logged_picture(key: str, step: int, time_ms: int, picture: bytes) -> dict[str, bytes]:
    """Name below a run's artifacts to content, of a drawn picture (PNG) under ``key`` at ``step``.

    ``key``: letters, digits, ``_``, ``-``, ``.`` and spaces, with ``/`` between section and name.
    """
    name = _name(key, step, time_ms, picture)
    return {f"{name}.png": picture, f"{name}+compressed.webp": _small(picture)}


def probe_keys(artifacts: Path) -> dict[str, int]:
    """Key to last step of the images of ``val`` that were logged among a run's artifacts, sorted."""
    found: dict[str, int] = {}
    for file in sorted((artifacts / "images").glob("val~*.png")):
        name = _LOGGED.fullmatch(file.name)
        if name is not None:
            key = name["key"].replace("~", "/")
            found[key] = max(int(name["step"]), found.get(key, 0))
    return found


def image_key(image: str) -> str:
    """The key of an image of ``val``, with characters that MLflow takes in it.

    >>> image_key("street 01"), image_key("Straße+1")
    ('val/street 01', 'val/Stra_xDF_e_x2B_1')
    """
    written = _REFUSED.sub(lambda match: f"_x{ord(match[0]):X}_", image)
    if len(written) > _LONGEST:
        written = f"{written[:_LONGEST]}-{blake2b(image.encode(), digest_size=4).hexdigest()}"
    return f"val/{written}"


def _files(record: ProbeRecord, folder: Path) -> Iterator[tuple[str, Path | bytes]]:
    for step, time_ms, picture in _series(record):
        for image in record.images:
            path = folder / folder_of(image) / picture
            content = retry_once(path.read_bytes)
            name = _name(image_key(image), step, time_ms, content)
            yield f"{name}.png", path
            yield f"{name}+compressed.webp", _small(content)


def _name(key: str, step: int, time_ms: int, content: bytes) -> str:
    unique = uuid.UUID(bytes=blake2b(content, digest_size=16).digest(), version=4)
    return f"images/{key.replace('/', '~')}+step+{step}+timestamp+{time_ms}+{unique}"


def _series(record: ProbeRecord) -> Iterator[tuple[int, int, str]]:
    """Step, time and picture, in order."""
    if record.stages:
        truth = TRUTH_OVERLAY_FILE if record.overlay else TRUTH_FILE
        yield TRUTH_STEP, record.stages[0].time_ms, truth
    kind = "overlay" if record.overlay else ""
    for stage in record.stages:
        yield stage.epoch, stage.time_ms, picture_of(stage.epoch, kind)


def _small(content: bytes) -> bytes:
    """A copy in WebP; exact in colour where the picture is of classes, whose colours would run into each other."""
    from PIL import Image

    with Image.open(io.BytesIO(content)) as picture:
        exact = picture.mode == "P"
        side = _SMALL / max(picture.size)
        size = tuple(max(1, int(length * side)) for length in picture.size)
        resampling = Image.Resampling.NEAREST if exact else Image.Resampling.BICUBIC
        small = picture.convert("RGB").resize((size[0], size[1]), resampling)
    stream = io.BytesIO()
    small.save(stream, format="webp", lossless=exact)
    return stream.getvalue()
