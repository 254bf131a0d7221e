"""A document with one of everything, some of it named by somebody who means harm."""

from __future__ import annotations

import io

from PIL import Image

from ablate.report import Document
from ablate.report.cells import Count, Mean, Text
from ablate.report.document import (
    Code,
    Frame,
    Items,
    Links,
    Paragraph,
    Picture,
    Section,
    Slider,
)
from ablate.report.number_format import NumberFormat
from ablate.report.rows import Summary
from ablate.report.table import AblationTable

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="9" height="9"/></svg>'
HOSTILE = "<script>document.title = 'broken'</script>"


def png(shade: int = 0) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (60, 40), (shade, 80, 120)).save(stream, "png")
    return stream.getvalue()


def ranking() -> AblationTable:
    """Rows that sort otherwise by their text than by their value, and one that has none."""
    values = {"ten": (0.10, 1000), "nine": (0.0901, 900), "none": (None, None), HOSTILE: (0.5, 12)}
    rows = tuple(
        (Text(name), Mean(Summary(1, mean, None), NumberFormat(100.0, 2)), Count(count))
        for name, (mean, count) in values.items()
    )
    titles = ("variant", "val/accuracy %", "parameters")
    return AblationTable("ranking (variants)", "Which?", titles, rows, ("A <note>.",), ())


def document() -> Document:
    slider = Slider(
        "masks", "Masks over the epochs", tuple(Frame(f"epoch {n}", png(n)) for n in range(5))
    )
    pictures = (
        Picture("curves", "Curves & bands", png(), SVG, b"%PDF", 'Three "curves"'),
        Picture("pixels", "Only pixels", png(9)),
    )
    links = Links(
        (
            ("run [1]", "http://127.0.0.1:5000/#/runs/1"),
            ("bad", "javascript:alert(1)"),
            ("a file", "figures/curves.pdf"),
        )
    )
    part = AblationTable("ranking (variants)", "", ("class",), ((Text("cat"),),), (), (), level=3)
    code = Code("study: basenet\n# ``` and </code></pre>\n\tx: 1", "yaml")
    return Document(
        f"basenet {HOSTILE}",
        "Which *part*\nearns its place? <b>",
        (
            Section(
                "Setting", (Paragraph(f"One.\n\nTwo {HOSTILE}"), Items(("- a", "1. b", "# c")))
            ),
            Section("Results", (ranking(), part)),
            Section("Setting", (*pictures,), level=3),
            Section("Masks", (slider,)),
            Section("Configuration & links", (code, links), folded=True),
        ),
    )
