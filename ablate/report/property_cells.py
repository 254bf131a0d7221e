"""What a row shows of its trials beside their metrics: times, epochs, sizes, where the weights come from."""

from __future__ import annotations

from collections.abc import Callable

from ablate.report.analysis import Analysis, RowAnalysis
from ablate.report.cells import Cell, Count, Duration, Epochs, Quantity, Text
from ablate.report.notes import Notes
from ablate.report.number_format import ABSENT
from ablate.report.pretrained import pretrained
from ablate.report.rank import rank_of
from ablate.report.sharing import sharing_note
from ablate.spec.properties import Property

_THOUSANDS = ("", "k", "M", "G", "T", "P")
_BYTES = ("B", "KiB", "MiB", "GiB", "TiB")


def property_cell(one: Property, analysis: Analysis, row: RowAnalysis, notes: Notes) -> Cell:
    """A row's cell in the column of a property."""
    if not one.recorded:
        value = unrecorded(one, analysis, row)
        return Text(value) if isinstance(value, str) else Count(value)
    mean = row.results.measured(one.recorded).mean
    match one.name:
        case "train_time" | "trial_time":
            return Duration(mean, notes.number(sharing_note(analysis, row)))
        case "images_per_s":
            return _quantity(mean, "{:,.0f}".format, notes.number(sharing_note(analysis, row)))
        case "peak_memory":
            return _quantity(mean, in_bytes)
        case "flops":
            return _quantity(mean, in_thousands)
        case "best_epoch" | "epochs_run":
            return _epochs(epochs_of(row, one.recorded))
        case _:
            return Count(None if mean is None else round(mean))


def unrecorded(one: Property, analysis: Analysis, row: RowAnalysis) -> int | str | None:
    """The value of a property that trials do not record; ``None`` where there is none."""
    config = row.results.condition.config
    match one.name:
        case "rank":
            return rank_of(analysis, row)
        case "patience":
            return config.training.train.patience if config.training is not None else None
        case "epochs":
            return config.epochs
        case _:
            return pretrained(config)


def epochs_of(row: RowAnalysis, recorded: str) -> tuple[int | None, ...]:
    """What each planned seed recorded; ``None`` where it did not."""
    found = {trial.seed: trial.measured.get(recorded) for trial in row.results.finished}
    values = (found.get(seed) for seed in row.results.seeds)
    return tuple(None if value is None else round(value) for value in values)


def in_bytes(size: float) -> str:
    """A size of memory.

    >>> in_bytes(512.0), in_bytes(1.5 * 2**30)
    ('512 B', '1.5 GiB')
    """
    power = 0
    while size >= 1024.0 and power < len(_BYTES) - 1:
        size, power = size / 1024.0, power + 1
    return f"{size:.1f} {_BYTES[power]}" if power else f"{size:.0f} B"


def in_thousands(number: float) -> str:
    """A large number with three digits.

    >>> in_thousands(832.0), in_thousands(14_784_256.0), in_thousands(999_999.0)
    ('832', '14.8 M', '1 M')
    """
    power = 0
    while float(f"{number:.3g}") >= 1000.0 and power < len(_THOUSANDS) - 1:
        number, power = number / 1000.0, power + 1
    return f"{number:.3g} {_THOUSANDS[power]}".strip()


def _epochs(epochs: tuple[int | None, ...]) -> Cell:
    """Those of the seeds in their order, or one where all agree."""
    return Epochs(epochs[:1] if len(set(epochs)) == 1 else epochs)


def _quantity(mean: float | None, write: Callable[[float], str], note: int | None = None) -> Cell:
    return Text(ABSENT) if mean is None else Quantity(mean, write(mean), note)
