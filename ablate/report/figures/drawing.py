"""A finished figure that is written in the formats one asks for; the same figure gives the same bytes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from ablate.report.figures.fonts import families, foreign_letters

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Names the parts of an SVG, which are random otherwise.
_SALT = "ablate"
_METADATA = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}

P = ParamSpec("P")


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
        # embedded as a font, as journals want it; collections of other scripts cannot be, so their outlines are
        kind = 3 if foreign_letters(self.figure) else 42
        with own_settings(), rc_context({"pdf.fonttype": kind}):
            self.figure.savefig(stream, format=form, metadata=_METADATA[form])
        return stream.getvalue()


@contextmanager
def own_settings() -> Iterator[None]:
    """Matplotlib as it is shipped: nothing that a user's ``matplotlibrc`` says reaches a figure."""
    from matplotlib import rc_context, rcParamsDefault

    plain = {name: value for name, value in rcParamsDefault.items() if "backend" not in name}
    with (
        warnings.catch_warnings(),
        rc_context({**plain, "svg.hashsalt": _SALT, "font.family": list(families())}),
    ):
        # told in our own words
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        yield


def drawing(make: Callable[P, Figure]) -> Callable[P, Drawing]:
    """A function that makes a figure, as one that gives a :class:`Drawing` made under :func:`own_settings`."""

    @wraps(make)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Drawing:
        with own_settings():
            return Drawing(make(*args, **kwargs))

    return drawn
