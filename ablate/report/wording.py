"""Small pieces of sentences: counts, lists and seeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def counted(number: int, noun: str) -> str:
    """A number and its noun.

    >>> counted(1, "comparison"), counted(4, "comparison")
    ('1 comparison', '4 comparisons')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def sentence(text: str) -> str:
    """Text as a sentence.

    >>> sentence("gains depend on the order")
    'Gains depend on the order.'
    """
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def seed_list(seeds: Sequence[int]) -> str:
    """Seeds, runs of more than three shortened.

    >>> seed_list([3]), seed_list([0, 1, 2]), seed_list([0, 1, 2, 3, 4, 9])
    ('seed 3', 'seeds 0, 1, 2', 'seeds 0 to 4, 9')
    """
    runs: list[list[int]] = []
    for seed in sorted(seeds):
        if runs and seed == runs[-1][-1] + 1:
            runs[-1].append(seed)
        else:
            runs.append([seed])
    parts = [
        [f"{run[0]} to {run[-1]}"] if len(run) > 3 else [str(seed) for seed in run] for run in runs
    ]
    noun = "seed" if len(seeds) == 1 else "seeds"
    return f"{noun} {', '.join(part for group in parts for part in group)}"


def span(numbers: Iterable[int]) -> str:
    """One number, or the smallest and the largest.

    >>> span([20, 20]), span([20, 10])
    ('20', '10 to 20')
    """
    found = sorted(set(numbers))
    return str(found[0]) if len(found) == 1 else f"{found[0]} to {found[-1]}"


def listed(words: Sequence[str]) -> str:
    """Words as a list.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def quoted(labels: Sequence[str]) -> str:
    """The names of rows as a list.

    >>> quoted(["baseline", "wide"])
    '"baseline" and "wide"'
    """
    return listed([f'"{label}"' for label in labels])
