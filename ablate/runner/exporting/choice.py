"""Which row and which seed is exported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ablate.errors import UsageError, did_you_mean
from ablate.plan.types import Condition
from ablate.report.analysis import RowAnalysis, analyse
from ablate.report.cells import MeanStd
from ablate.report.number_format import NumberFormat
from ablate.results import Status, TrialResult
from ablate.runner.show import find_condition
from ablate.runner.study import Study
from ablate.spec.primary import Primary


@dataclass(frozen=True, slots=True)
class Standing:
    """How a row stands in a table: the ablation, the metric that its verdicts are about, and what they say."""

    ablation: str
    primary: Primary
    row: RowAnalysis
    best: bool

    def __str__(self) -> str:
        """``val/accuracy 95.21 ± 0.30 (n = 3), better``."""
        cell = MeanStd(self.row.primary, NumberFormat.of(self.primary.info))
        text = f"{self.primary.metric} {cell.text} (n = {self.row.primary.n})"
        return f"{text}, {self.row.verdict}" if self.row.verdict else text


@dataclass(frozen=True, slots=True)
class Choice:
    """A finished trial, and its row.

    ``standing`` is ``None`` for what stands in no table (a stage). ``finished`` are all finished trials of the row by
    seed, ``named`` whether a person named the row.
    """

    label: str
    condition: Condition
    trial: TrialResult
    finished: tuple[TrialResult, ...]
    standing: Standing | None


def choose(study: Study, row: str | None = None, seed: int | None = None) -> Choice:
    """The trial that is exported: of the row called ``row``, else of the best one by the verdicts.

    Of its seeds the lowest one that has finished counts, so that nobody picks the one that is best on ``test``.

    Raises:
        UsageError: no row is the best, or there is no such row or seed; the text lists what there is.
    """
    standings = tuple(_standings(study))
    standing: Standing | None
    if row is None:
        standing = best = _best(study, standings)
        condition = study.plan.conditions[best.row.results.row.condition]
    else:
        condition = find_condition(study.plan, row)
        standing = next((item for item in standings if _is_of(item, condition, row)), None)
    finished = _finished(study, condition)
    label = row or (standing.row.label if standing else condition.name)
    return Choice(label, condition, _of_seed(label, finished, seed), finished, standing)


def notes(choice: Choice, *, named_row: bool, named_seed: bool) -> list[str]:
    """What a person must know of a choice that was made for them."""
    found = []
    if not named_row and choice.standing is not None:
        found.append(
            f"{choice.label!r} is the best row of {choice.standing.ablation}: {choice.standing}"
        )
    if not named_seed and len(choice.finished) > 1:
        seeds = ", ".join(str(trial.seed) for trial in choice.finished)
        found.append(
            f"seed {choice.trial.seed} is the lowest of the finished seeds {seeds}. They differ; the one that is "
            "best on test would promise too much"
        )
    return found


def _standings(study: Study) -> Iterator[Standing]:
    """Every row of every table, those of label ``best`` marked."""
    results, searches = study.results(), study.searches()
    for ablation in study.plan.ablations:
        found = analyse(study.plan, ablation, results, searches)
        for row in found.rows:
            yield Standing(ablation.name, found.primary, row, row.label == found.best)


def _is_of(standing: Standing, condition: Condition, label: str) -> bool:
    row = standing.row.results.row
    return row.condition == condition.key and label in (row.label, condition.name)


def _best(study: Study, standings: tuple[Standing, ...]) -> Standing:
    best = [item for item in standings if item.best]
    beaten = {_reference(item, standings) for item in best}
    winners = {item.row.results.row.condition: item for item in best}
    left = [item for condition, item in winners.items() if condition not in beaten]
    if len(left) == 1:
        return left[0]
    if left:
        names = ", ".join(f"{item.row.label!r} of {item.ablation}" for item in left)
        rule = f"several tables of study {study.plan.study} have a best row: {names}"
    else:
        rule = f"the verdicts call no row of study {study.plan.study} the best"
    raise UsageError(f"{rule}. Name the row to export:{_listed(standings)}")


def _reference(standing: Standing, standings: tuple[Standing, ...]) -> str | None:
    """The condition that a row was compared with."""
    label = standing.row.results.row.reference
    rows = (item.row.results.row for item in standings if item.ablation == standing.ablation)
    return next((row.condition for row in rows if row.label == label), None)


def _listed(standings: tuple[Standing, ...]) -> str:
    by_condition = {item.row.results.row.condition: item for item in reversed(standings)}
    shown = [item for item in standings if by_condition[item.row.results.row.condition] is item]
    return "".join(f"\n    {item.row.label}: {item}" for item in shown)


def _finished(study: Study, condition: Condition) -> tuple[TrialResult, ...]:
    found = (
        trial
        for trial in study.results()
        if trial.condition == condition.key and trial.status is Status.FINISHED
    )
    return tuple(sorted(found, key=lambda trial: trial.seed))


def _of_seed(label: str, finished: tuple[TrialResult, ...], seed: int | None) -> TrialResult:
    if not finished:
        raise UsageError(
            f"no trial of {label!r} has finished. 'ablate status' says what runs or failed"
        )
    by_seed = {trial.seed: trial for trial in finished}
    if seed is None:
        return finished[0]
    if seed not in by_seed:
        known = did_you_mean(str(seed), map(str, by_seed))
        raise UsageError(f"--seed {seed}: no finished trial of {label!r} has it. {known}")
    return by_seed[seed]
