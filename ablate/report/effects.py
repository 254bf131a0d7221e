"""Main effects and interactions of a complete factorial, and the contrasts that a study declares."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from ablate.plan.types import Contrast
from ablate.report.analysis import Analysis
from ablate.report.estimate_table import estimate_sentence, estimate_table
from ablate.report.estimates import Estimate, Kind, estimate
from ablate.report.factorial import Axis, Factorial, joint_sentences
from ablate.report.number_format import NumberFormat
from ablate.report.statistics import change_weights
from ablate.report.table import AblationTable
from ablate.report.wording import listed

#: More effects, or interactions, are a wall of numbers, and their correction leaves nothing to find.
MOST_LINES = 24

#: Factor to the places of the levels that it changes (from, to).
_Changes = dict[int, tuple[int, int]]


def effects_table(analysis: Analysis, factorial: Factorial) -> AblationTable | None:
    """What each level of each factor changes, and how far factors depend on each other.

    ``None`` where combinations are missing, cannot be compared or have no value yet, and of too many levels.
    """
    if factorial.missing or not factorial.has_values:
        return None
    if any(row.other_classes for row in factorial.cells.values()):
        return None
    mains, pairs = list(_mains(factorial)), list(_pairs(factorial))
    if len(mains) > MOST_LINES:
        return None
    shown = pairs if len(pairs) <= MOST_LINES else []
    wanted = [(Kind.EFFECT, _contrast(factorial, item)) for item in mains]
    wanted += [(Kind.INTERACTION, _contrast(factorial, item)) for item in shown]
    lines = estimate(wanted, analysis)
    if not any(line.found for line in lines):
        return None  # no seed has them all
    return estimate_table(
        f"{analysis.ablation.name}: effects",
        "effect",
        analysis,
        lines,
        tuple(_meaning(analysis, factorial, lines, len(pairs) - len(shown))),
    )


def contrasts_table(analysis: Analysis) -> AblationTable | None:
    """The contrasts that the ablation declares; ``None`` without any, or without any value."""
    declared = analysis.ablation.contrasts
    if not declared or not any(row.primary.n for row in analysis.rows):
        return None
    lines = estimate([(Kind.DECLARED, contrast) for contrast in declared], analysis)
    formulas = (f"{contrast.name} = {_formula(contrast)}." for contrast in declared)
    title = f"{analysis.ablation.name}: contrasts"
    return estimate_table(
        title, "contrast", analysis, lines, (estimate_sentence(analysis), *formulas)
    )


def _mains(factorial: Factorial) -> Iterator[_Changes]:
    for place, axis in enumerate(factorial.axes):
        yield from ({place: change} for change in _steps(axis))


def _pairs(factorial: Factorial) -> Iterator[_Changes]:
    for (one, first), (two, second) in itertools.combinations(enumerate(factorial.axes), 2):
        for change, other in itertools.product(_steps(first), _steps(second)):
            yield {one: change, two: other}


def _steps(axis: Axis) -> list[tuple[int, int]]:
    base = axis.levels.index(axis.base)
    return [(base, place) for place in range(len(axis.levels)) if place != base]


def _contrast(factorial: Factorial, changes: _Changes) -> Contrast:
    weights = change_weights([len(axis.levels) for axis in factorial.axes], changes)
    named = [
        tuple(axis.levels[place] for axis, place in zip(factorial.axes, cell, strict=True))
        for cell in weights
    ]
    labels = (factorial.cells[cell].label for cell in named)
    return Contrast(_name(factorial, changes), tuple(zip(labels, weights.values(), strict=True)))


def _name(factorial: Factorial, changes: _Changes) -> str:
    """``lr 0.001 → 1e-5``; ``lr × dropout``, with levels where there are more than two."""
    if len(changes) == 1:
        ((place, (old, new)),) = changes.items()
        levels = factorial.axes[place].levels
        return f"{factorial.short[place]} {levels[old]} → {levels[new]}"
    parts = []
    for place, (_, new) in changes.items():
        levels = factorial.axes[place].levels
        level = f" {levels[new]}" if len(levels) > 2 else ""
        parts.append(f"{factorial.short[place]}{level}")
    return " × ".join(parts)


def _meaning(
    analysis: Analysis, factorial: Factorial, lines: Sequence[Estimate], left_out: int
) -> Iterator[str]:
    others = "the other field" if len(factorial.axes) == 2 else "the other fields"
    yield estimate_sentence(analysis)
    yield f"a → b: what changing this field from a to b adds, averaged over the levels of {others}."
    if left_out:
        yield f"Interactions are left out: there would be {left_out}, too many to find any of them."
    else:
        likewise = ", averaged likewise" if len(factorial.axes) > 2 else ""
        yield (
            "a × b: by how much the effect of one field differs once the other is changed too: (both changed - only "
            f"one) - (only the other - none){likewise}; 0 if the effects simply add up.{_bases(factorial)}"
        )
    yield from joint_sentences(factorial)
    yield from _sum(analysis, factorial, lines)


def _bases(factorial: Factorial) -> str:
    """From which levels changes are counted, where a factor has more than two."""
    named = [
        f"{name} {axis.base}"
        for name, axis in zip(factorial.short, factorial.axes, strict=True)
        if len(axis.levels) > 2
    ]
    return f" Changes are counted from {listed(named)}." if named else ""


def _sum(analysis: Analysis, factorial: Factorial, lines: Sequence[Estimate]) -> Iterator[str]:
    """Of two changes, main effects are Shapley values."""
    if len(factorial.axes) != 2 or any(len(axis.levels) != 2 for axis in factorial.axes):
        return
    deltas = [line.found.delta for line in lines if line.kind is Kind.EFFECT and line.found]
    if len(deltas) == 2:
        total = NumberFormat.of(analysis.primary.info).signed(sum(deltas))
        yield (
            f"The effects of the two fields add up to {total}: both changed minus none, shared out fairly "
            "(they are Shapley values)."
        )


def _formula(contrast: Contrast) -> str:
    """``fine-tuned - 0.5 scratch - 0.5 frozen``, with quoted labels."""
    parts = []
    for label, weight in contrast.weights:
        if not weight:
            continue
        size = "" if abs(weight) == 1.0 else f"{abs(weight):.4g} "
        sign = "-" if weight < 0 else "+"
        parts.append(f'{sign} {size}"{label}"')
    text = " ".join(parts)
    return text[2:] if text.startswith("+") else f"-{text[2:]}"
