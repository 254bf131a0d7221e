"""What the rendered table claims of thousands of simulated studies whose truth is known.

Verdicts and intervals are read from the Markdown, as a reader sees them. By default a tenth of the studies, with bounds
that a tenth can hold; ``-m long`` simulates as many as the promised bounds need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from ablate.report import ablation_table, render_markdown
from ablate.results import ResultSet

from .studies import RowDraft, finished, make_plan

FEW, MANY = 200, 2000
SEED_STD = 0.005
CLAIMS = {"better", "worse"}


@dataclass(frozen=True)
class Setting:
    """Studies of ``rows`` rows beside the baseline; ``effect`` and noise in standard deviations of a seed.

    ``correlation`` is that of the runs of one seed, which pairing makes use of.
    """

    rows: int = 1
    seeds: int = 3
    effect: float = 0.0
    correlation: float = 0.0


@dataclass(frozen=True)
class Line:
    """A row of the rendered table, in percentage points."""

    verdict: str
    low: float
    high: float


def simulate(setting: Setting, studies: int) -> Iterator[list[Line]]:
    """The lines below the baseline's of each study's table."""
    labels = ["baseline", *(f"change {number}" for number in range(1, setting.rows + 1))]
    drafts = [
        RowDraft(label, {"model.dropout": index / 100}, "baseline" if index else None)
        for index, label in enumerate(labels)
    ]
    plan = make_plan(drafts, seeds=range(setting.seeds))
    generator = np.random.default_rng(20_240_601)
    shared, own = np.sqrt(setting.correlation), np.sqrt(1.0 - setting.correlation)
    for _ in range(studies):
        noise = own * generator.standard_normal((len(labels), setting.seeds))
        noise += shared * generator.standard_normal(setting.seeds)
        noise[1:] += setting.effect
        results = ResultSet(
            "null",
            tuple(
                finished(label, seed, 0.8 + SEED_STD * float(value))
                for label, values in zip(labels, noise, strict=True)
                for seed, value in enumerate(values)
            ),
        )
        table = ablation_table(plan, plan.ablations[0], results)
        yield list(read(render_markdown([table])))[1:]


def read(markdown: str) -> Iterator[Line]:
    head, _, *body = (
        line.strip("|").split("|") for line in markdown.splitlines() if line[:1] == "|"
    )
    titles = [title.strip() for title in head]
    verdict = titles.index("verdict")
    (delta,) = (place for place, title in enumerate(titles) if title.startswith("delta"))
    for cells in body:
        bounds = re.search(r"\[(\S+), (\S+)\]", cells[delta].replace("\\", ""))
        low, high = map(float, bounds.groups()) if bounds else (np.nan, np.nan)
        yield Line(cells[verdict].strip(), low, high)


def share(found: Iterator[list[Line]], happened) -> float:
    return float(np.mean([any(map(happened, lines)) for lines in found]))


def claims(line: Line) -> bool:
    return line.verdict in CLAIMS


def covers(setting: Setting):
    truth = 100.0 * SEED_STD * setting.effect
    return lambda line: line.low <= truth <= line.high


def test_a_table_is_read_as_it_is_printed():
    (line,) = next(simulate(Setting(effect=30.0), 1))
    assert line.verdict == "better"
    assert 0.0 < line.low < 15.0 < line.high


@pytest.mark.parametrize("correlation", [0.0, 0.8])
@pytest.mark.parametrize(
    ("studies", "tolerance"),
    [(FEW, 0.04), pytest.param(MANY, 0.015, marks=pytest.mark.long)],
)
def test_one_comparison_without_effect_is_called_one_in_five_percent_of_studies(
    studies, tolerance, correlation
):
    setting = Setting(correlation=correlation)
    assert share(simulate(setting, studies), claims) == pytest.approx(0.05, abs=tolerance)


@pytest.mark.parametrize(
    ("studies", "most"), [(FEW, 0.09), pytest.param(MANY, 0.065, marks=pytest.mark.long)]
)
def test_several_comparisons_without_effect_seldom_have_any_claim(studies, most):
    assert share(simulate(Setting(rows=4), studies), claims) <= most


@pytest.mark.parametrize(
    ("studies", "tolerance"),
    [(FEW, 0.045), pytest.param(MANY, 0.02, marks=pytest.mark.long)],
)
def test_intervals_cover_the_true_difference(studies, tolerance):
    setting = Setting(effect=1.0)
    assert share(simulate(setting, studies), covers(setting)) == pytest.approx(0.95, abs=tolerance)


@pytest.mark.parametrize("studies", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
def test_a_large_effect_is_found_with_five_seeds(studies):
    setting = Setting(seeds=5, effect=3.0)
    found = share(simulate(setting, studies), lambda line: line.verdict == "better")
    assert found >= 0.9
