"""The cells of a table: unrounded numbers that know how people write them."""

from __future__ import annotations

from dataclasses import dataclass

from ablate.report.compare import Comparison, Verdict
from ablate.report.rows import Summary
from ablate.results import MetricInfo

ABSENT = "-"


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a metric's values are written: times ``scale``, with ``decimals`` digits."""

    scale: float = 1.0
    decimals: int = 4

    @classmethod
    def of(cls, info: MetricInfo) -> NumberFormat:
        """Percent with two decimals, or the plain value with four."""
        return cls(100.0, 2) if info.percent else cls()

    @classmethod
    def short(cls, info: MetricInfo) -> NumberFormat:
        """As :meth:`of`, with one decimal of a percent, for cells that hold more than one number."""
        return cls(100.0, 1) if info.percent else cls()

    def plain(self, value: float) -> str:
        """A value.

        >>> NumberFormat(100.0, 2).plain(0.7227)
        '72.27'
        """
        return f"{value * self.scale + 0.0:.{self.decimals}f}"

    def signed(self, value: float) -> str:
        """A difference; only an exact 0 has no sign.

        >>> [NumberFormat(100.0, 2).signed(value) for value in (0.009, -0.00001, 0.0)]
        ['+0.90', '-0.00', '0.00']
        """
        return f"{value * self.scale:+.{self.decimals}f}" if value else self.plain(0.0)


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
class Delta:
    """A difference, with its interval where ``interval`` asks for it and the data allow one."""

    comparison: Comparison | None
    number: NumberFormat
    interval: bool = True
    bold: bool = False

    @property
    def text(self) -> str:
        """``+0.90 [+0.40, +1.40]``."""
        if self.comparison is None:
            return ABSENT
        delta = self.number.signed(self.comparison.delta)
        low, high = self.comparison.low, self.comparison.high
        if not self.interval or low is None or high is None:
            return delta
        return f"{delta} [{self.number.signed(low)}, {self.number.signed(high)}]"


@dataclass(frozen=True, slots=True)
class PValue:
    """A probability.

    >>> [PValue(value).text for value in (0.01234, 1e-9, None)]
    ['0.0123', '<0.0001', '-']
    """

    value: float | None
    bold: bool = False

    @property
    def text(self) -> str:
        """``0.0123``."""
        if self.value is None:
            return ABSENT
        return f"{self.value:.4f}" if self.value >= 1e-4 else "<0.0001"


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
class Wins:
    """In how many of the paired seeds the row is better."""

    comparison: Comparison | None
    bold: bool = False

    @property
    def text(self) -> str:
        """``3/3``."""
        if self.comparison is None or self.comparison.wins is None:
            return ABSENT
        return f"{self.comparison.wins}/{self.comparison.n_pairs}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, with the number of the footer's note about it."""

    verdict: Verdict | None
    note: int | None = None
    bold: bool = False

    @property
    def text(self) -> str:
        """``better``."""
        if self.verdict is None:
            return ABSENT
        return f"{self.verdict} [{self.note}]" if self.note else str(self.verdict)


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
    | Shared
    | Shifted
    | Epochs
    | Wins
    | Judgement
    | Count
    | Quantity
    | Duration
)
