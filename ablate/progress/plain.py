"""Plain lines: one for each trial that ended, one every half minute in which none did."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from ablate.progress.state import RunningTrial, StudyProgress
from ablate.progress.told import Clock, ToldDisplay
from ablate.progress.wording import duration, eta, value

_SILENCE_S = 30.0


class PlainDisplay(ToldDisplay):
    """For log files and pipes; every line makes sense by itself."""

    def __init__(
        self,
        console: Console,
        study: StudyProgress,
        metric: str,
        clock: Clock,
        *,
        verbose: bool = False,
    ) -> None:
        super().__init__(console, study, metric, clock, verbose=verbose)
        self._last_line_s = clock()

    def tick(self) -> None:
        """Write a sign of life if the last line is half a minute old."""
        super().tick()
        if self._clock() - self._last_line_s < _SILENCE_S:
            return
        running = ", ".join(map(_position, self._study.running.values())) or "starting"
        self._line(running, f"{duration(self._study.elapsed_s(self._clock()))} elapsed")

    def _show_result(self, name: str, number: float | None, duration_s: float) -> None:
        # a stage may be about another metric
        written = "finished" if number is None else f"{self._metric} {value(number)}"
        self._line(name, written, duration(duration_s))

    def _show_log(self, lines: Sequence[str]) -> None:
        self._print("\n".join(lines))

    def _show_pruned(self, name: str, why: str, duration_s: float) -> None:
        self._line(name, why, duration(duration_s))

    def _show_failure(self, name: str, what: str, duration_s: float, lines: Sequence[str]) -> None:
        self._line(name, what, duration(duration_s))
        for line in lines:
            self._print(f"    {line}")

    def _line(self, *parts: str) -> None:
        self._last_line_s = self._clock()
        study = self._study
        count = f"[{study.done:>{len(str(study.total))}}/{study.total}]"
        outlook = [eta(study.eta_s(self._last_line_s))] if study.done < study.total else []
        text = f"{count} " + "   ".join([*parts, *outlook])
        self._print(text)

    def _print(self, text: str) -> None:
        self._console.print(Text(text), soft_wrap=True)


def _position(trial: RunningTrial) -> str:
    if trial.progress is None:
        return f"{trial.name} (starting)"
    return f"{trial.name} (epoch {trial.progress.epoch}/{trial.progress.epochs})"
