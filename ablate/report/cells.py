"""The cells of a table: unrounded numbers that know how people write them."""

from __future__ import annotations

from dataclasses import dataclass

from ablate.report.comparison_cells import Delta, Judgement, PValue, Range, Wins
from ablate.report.number_format import ABSENT, NumberFormat
from ablate.report.rows import Summary


@dataclass(frozen=True, slots=True)
class Text:
    """Words."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Seeds:
    """How many of the planned seeds gave a value, and what became of the others.

    >>> Seeds(2, 3, ("1 diverged [1]",)).text
    '2/3 (1 diverged [1])'
    """

    done: int
    planned: int
    reasons: tuple[str, ...] = ()
    bold: bool = False

    @property
    def text(self) -> str:
        """``3``, or ``2/3`` with reasons."""
        if self.done == self.planned:
            return str(self.done)
        reasons = f" ({', '.join(self.reasons)})" if self.reasons else ""
        return f"{self.done}/{self.planned}{reasons}"


@dataclass(frozen=True, slots=True)
class MeanStd:
    """A metric over the seeds."""

    summary: Summary
    number: NumberFormat
    bold: bool = False

    @property
    def text(self) -> str:
        """``72.27 ± 0.47``; a single run has no spread."""
        if self.summary.mean is None:
            return ABSENT
        mean = self.number.plain(self.summary.mean)
        return (
            mean if self.summary.std is None else f"{mean} ± {self.number.plain(self.summary.std)}"
        )


@dataclass(frozen=True, slots=True)
class Combination:
    """A metric of one combination of levels, with its seeds where some of those ``planned`` are missing."""

    summary: Summary
    planned: int
    number: NumberFormat
    bold: bool = False

    @property
    def text(self) -> str:
        """``72.27 ± 0.47``, or ``72.10 ± 0.52 (2/3)``."""
        value = MeanStd(self.summary, self.number).text
        done = self.summary.n
        return value if done == self.planned else f"{value} ({done}/{self.planned})"


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of a metric over the seeds, without its spread."""

    summary: Summary
    number: NumberFormat
    bold: bool = False

    @property
    def text(self) -> str:
        """``85.8``."""
        return ABSENT if self.summary.mean is None else self.number.plain(self.summary.mean)


@dataclass(frozen=True, slots=True)
class Number:
    """One value."""

    value: float | None
    number: NumberFormat
    bold: bool = False

    @property
    def text(self) -> str:
        """``87.35``."""
        return ABSENT if self.value is None else self.number.plain(self.value)


@dataclass(frozen=True, slots=True)
class Tick:
    """Whether a row has a component."""

    present: bool
    bold: bool = False

    @property
    def text(self) -> str:
        """``✓`` or ``✗``."""
        return "✓" if self.present else "✗"


@dataclass(frozen=True, slots=True)
class Shared:
    """Several numbers in one cell."""

    parts: tuple[Cell, ...]
    bold: bool = False

    @property
    def text(self) -> str:
        """``70.1/48.2``, and ``70.1 ± 0.4 / 48.2 ± 0.3`` where they have a spread."""
        texts = [part.text for part in self.parts]
        if all(text == ABSENT for text in texts):
            return ABSENT
        return (" / " if any(" " in text for text in texts) else "/").join(texts)


@dataclass(frozen=True, slots=True)
class Shifted:
    """A value, and behind it its difference to another row's."""

    value: Cell
    delta: Cell
    bold: bool = False

    @property
    def text(self) -> str:
        """``42.1 (+1.2)``; the value alone where there is no difference to show."""
        return (
            self.value.text
            if self.delta.text == ABSENT
            else f"{self.value.text} ({self.delta.text})"
        )


@dataclass(frozen=True, slots=True)
class Epochs:
    """The epochs of the seeds, in their order.

    >>> Epochs((41, None, 40)).text
    '41, -, 40'
    """

    epochs: tuple[int | None, ...]
    bold: bool = False

    @property
    def text(self) -> str:
        """``41, 38, 40``."""
        if all(epoch is None for epoch in self.epochs):
            return ABSENT
        return ", ".join(ABSENT if epoch is None else str(epoch) for epoch in self.epochs)


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number."""

    value: int | None
    bold: bool = False

    @property
    def text(self) -> str:
        """``83,974``."""
        return ABSENT if self.value is None else f"{self.value:,}"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value written in the unit that suits it, with the number of the footer's note about it.

    >>> Quantity(1.5 * 2**30, "1.5 GiB", 1).text
    '1.5 GiB [1]'
    """

    value: float
    written: str
    note: int | None = None
    bold: bool = False

    @property
    def text(self) -> str:
        """``1.5 GiB``."""
        return f"{self.written} [{self.note}]" if self.note else self.written


@dataclass(frozen=True, slots=True)
class Duration:
    """Seconds, with the number of the footer's note about how they were measured.

    >>> [Duration(seconds).text for seconds in (3.14, 75.0, 7384.0)]
    ['3.1 s', '1:15 min', '2:03:04 h']
    """

    seconds: float | None
    note: int | None = None
    bold: bool = False

    @property
    def text(self) -> str:
        """Seconds, minutes or hours, whichever reads well."""
        if self.seconds is None:
            return ABSENT
        return f"{_duration(self.seconds)} [{self.note}]" if self.note else _duration(self.seconds)


def _duration(length_s: float) -> str:
    if length_s < 60.0:
        return f"{length_s:.1f} s"
    minutes, seconds = divmod(round(length_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02} h" if hours else f"{minutes}:{seconds:02} min"


Cell = (
    Text
    | Seeds
    | MeanStd
    | Combination
    | Mean
    | Number
    | Delta
    | PValue
    | Tick
    | Range
    | Shared
    | Shifted
    | Epochs
    | Wins
    | Judgement
    | Count
    | Quantity
    | Duration
)
