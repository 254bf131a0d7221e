"""The cells of a table that say how a row compares with another."""

from __future__ import annotations

from dataclasses import dataclass

from ablate.report.compare import Comparison, Verdict
from ablate.report.number_format import ABSENT, NumberFormat


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
class Range:
    """An interval of differences."""

    low: float | None
    high: float | None
    number: NumberFormat
    bold: bool = False

    @property
    def text(self) -> str:
        """``[+0.10, +1.50]``."""
        if self.low is None or self.high is None:
            return ABSENT
        return f"[{self.number.signed(self.low)}, {self.number.signed(self.high)}]"


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
