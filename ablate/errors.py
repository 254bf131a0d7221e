"""The errors of ablate: each names what is wrong, where, the rule and the remedy.

Every error that a user can cause derives from :class:`AblateError`; the command line prints its
text without a traceback and leaves with its :attr:`~AblateError.exit_code`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it stands, what is wrong and how to mend it.

    ``path`` is written ``$.optimizer.lr``; ``line`` is 1-based, ``None`` where no line is known.
    """

    path: str
    message: str
    line: int | None = None
    remedy: str = ""

    def render(self, file: str) -> str:
        """The problem as two lines of text: the place, then message and remedy.

        >>> print(Problem("$.optimizer.lr", "-1 is not greater than 0", 7).render("a.yaml"))
          a.yaml:7  $.optimizer.lr
            -1 is not greater than 0
        """
        place = f"{file}:{self.line}" if self.line is not None else file
        text = f"{self.message}. {self.remedy}" if self.remedy else self.message
        return f"  {place}  {self.path}\n    {text}"


class AblateError(Exception):
    """Base of every error that a user can cause or cure."""

    exit_code = 1


class UsageError(AblateError):
    """A command line or a call of the API that cannot be meant."""

    exit_code = 2


class StudyError(AblateError):
    """A study file that is not valid; holds *all* its problems, in file order."""

    exit_code = 2

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(problems, key=lambda p: (p.line or 0, p.path)))
        count = f"{len(problems)} problems" if len(problems) > 1 else "1 problem"
        body = "\n".join(problem.render(file) for problem in self.problems)
        super().__init__(f"{count} in {file}\n{body}")


class DataError(AblateError):
    """Data that is missing, damaged or not usable for the task."""

    exit_code = 3


class RecordError(AblateError):
    """A record store that cannot be opened, read or written."""

    exit_code = 4


class TrialError(AblateError):
    """A trial that cannot go on; its text is the reason shown in the table."""


class Diverged(TrialError):
    """A loss that became NaN or infinite."""


def did_you_mean(word: str, known: Iterable[str], *, most: int = 3) -> str:
    """A remedy naming the nearest valid names, or the valid ones where they are few.

    >>> did_you_mean("acuracy", ["accuracy", "macro_f1"])
    "Did you mean 'accuracy'?"
    >>> did_you_mean("zzz", ["a", "b"])
    'Valid: a, b'
    """
    names = sorted(set(known))
    near = _nearest(word.lower(), {name.lower(): name for name in reversed(names)}, most)
    if near:
        return "Did you mean " + " or ".join(f"'{name}'" for name in near) + "?"
    if 0 < len(names) <= 24:
        return "Valid: " + ", ".join(names)
    return ""


def _nearest(word: str, names: Mapping[str, str], most: int) -> list[str]:
    """The nearest names, without those that are clearly further away than the first."""
    keys = difflib.get_close_matches(word, names, n=most, cutoff=0.6)
    scores = [difflib.SequenceMatcher(None, key, word).ratio() for key in keys]
    return [names[key] for key, score in zip(keys, scores, strict=True) if score > scores[0] - 0.08]
