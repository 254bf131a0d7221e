"""How numbers are written in tables."""

from __future__ import annotations

from dataclasses import dataclass

from ablate.results import MetricInfo

#: What stands where there is nothing.
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
