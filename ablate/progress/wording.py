"""Durations and values as people read them."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """A duration in one or two units.

    >>> [duration(seconds) for seconds in (0.42, 12.34, 90, 3600 * 5 + 240)]
    ['0.4 s', '12.3 s', '1 min 30 s', '5 h 4 min']
    """
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def rough_duration(seconds: float) -> str:
    """An estimated duration in its largest unit.

    >>> [rough_duration(seconds) for seconds in (4.2, 100, 9000)]
    ['4 s', '2 min', '2.5 h']
    """
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    if seconds < 5970:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def eta(seconds: float | None) -> str:
    """An estimated time of arrival.

    >>> eta(None), eta(130.0)
    ('ETA unknown', 'ETA 2 min')
    """
    return "ETA unknown" if seconds is None else f"ETA {rough_duration(seconds)}"


def value(number: float) -> str:
    """The value of a metric.

    >>> value(0.88123), value(0.0), value(12345.6), value(0.0000123)
    ('0.8812', '0.0000', '1.235e+04', '1.23e-05')
    """
    fits = number == 0 or 0.001 <= abs(number) < 1000
    return f"{number:.4f}" if fits else f"{number:.4g}"
