"""Write the gallery anew, from finished studies: ``python docs/gallery/make.py STORE [--data FOLDER] [STUDY ...]``.

Of each report it keeps the Markdown and its figures in few colours, a small part of the whole folder. Only pictures
that the package makes itself are shown beside their masks.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

import ablate
from ablate.runner.report import make_report, write_report

GALLERY = Path(__file__).parent
STUDIES = GALLERY.parent.parent / "studies"
#: Study to its profile and its settings, where they are not the file's own.
PROFILES: Mapping[str, str] = {"coco6_head": "lite0"}
SETTINGS: Mapping[str, tuple[str, ...]] = {"coco6_head": ("seeds=1",)}
#: Studies of data whose pictures may be shown.
OWN_PICTURES = ("shapes", "basenet")
COLORS = 48


def main() -> None:
    """Make the reports that are asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("store", type=Path)
    asked.add_argument("studies", nargs="+")
    asked.add_argument("--data", type=Path)
    given = asked.parse_args()
    for name in given.studies:
        study = ablate.Study(
            STUDIES / f"{name}.yaml",
            profile=PROFILES.get(name),
            settings=SETTINGS.get(name, ()),
            store=given.store,
            data=given.data,
        )
        files = make_report(study, photos=name in OWN_PICTURES)
        write_report(dict(kept(files)), GALLERY / name)


def kept(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The Markdown and its figures."""
    pages = {name: content for name, content in files.items() if name == "report.md"}
    pictures = {name: small(content) for name, content in files.items() if name.endswith(".png")}
    return pages | pictures


def small(png: bytes) -> bytes:
    """The picture in at most ``COLORS`` colours."""
    written = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(
            written, "PNG", optimize=True
        )
    return written.getvalue()


if __name__ == "__main__":
    main()
