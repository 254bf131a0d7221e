"""A finished figure that is written in the formats one asks for; the same figure gives the same bytes."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Names the parts of an SVG, which are random otherwise.
_SALT = "ablate"
_METADATA = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A figure, without a date or the version of the library in any of its forms."""

    figure: Figure

    def png(self) -> bytes:
        """Pixels, at the figure's own resolution."""
        return self._saved("png")

    def svg(self) -> bytes:
        """Vectors for the web; letters are outlines, so that they look alike everywhere."""
        return self._saved("svg")

    def pdf(self) -> bytes:
        """Vectors for papers."""
        return self._saved("pdf")

    def _saved(self, form: str) -> bytes:
        from matplotlib import rc_context

        stream = io.BytesIO()
        with warnings.catch_warnings(), rc_context({"svg.hashsalt": _SALT, "pdf.fonttype": 42}):
            # a name in a script that the font lacks is drawn as boxes
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            self.figure.savefig(stream, format=form, metadata=_METADATA[form])
        return stream.getvalue()
