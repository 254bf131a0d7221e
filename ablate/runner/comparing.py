"""``ablate compare``: two studies, two rows or two runs side by side, from the records alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from ablate.errors import RecordError
from ablate.files import write_bytes, write_text
from ablate.plan.types import AblationPlan, Condition, Plan, Row
from ablate.record.reader import artifact_folder, read_results, read_run, studies
from ablate.record.store import Store
from ablate.report.comparing import PairedRows, Side, config_differences, tree_differences
from ablate.report.comparing.document import comparison_of_studies, comparison_of_two
from ablate.report.document import Document, Picture
from ablate.report.document_files import figure_files
from ablate.report.markdown_document import render_markdown_document
from ablate.report.rows import gather, primary_of
from ablate.results import ResultSet, Status
from ablate.runner.compared import Ref, RunRef, StudyRef, nearest_runs
from ablate.runner.compared_pictures import compared_pictures
from ablate.runner.show import find_condition
from ablate.runner.study import Study
from ablate.runner.upkeep.configs import read_tree
from ablate.spec.primary import Primary
from ablate.spec.stages import config_tree

#: Opens a study file: the first of the two, or the second.
Opener = Callable[[StudyRef], Study]


def compare(
    refs: tuple[Ref, Ref], openers: tuple[Opener, Opener], store: Store, *, draw: bool = False
) -> Document:
    """Two of a kind side by side; ``draw`` adds pictures of rows and runs.

    Raises:
        UsageError: no such row.
        RecordError: no such run, nothing is recorded, or the records cannot be read.
    """
    first, second = refs
    if isinstance(first, RunRef) and isinstance(second, RunRef):
        sides = _run(store, first.run_id), _run(store, second.run_id)
        differences = tree_differences(sides[0].tree, sides[1].tree)
        pictures = tuple(_pictures((store, store), sides)) if draw else ()
        return comparison_of_two(*sides, differences, pictures, judged=False)
    assert isinstance(first, StudyRef) and isinstance(second, StudyRef)  # noqa: S101, PT018  (read_refs says so)
    opened = openers[0](first), openers[1](second)
    if first.row is None:
        return _studies(*opened)
    return _rows(opened, (first.row, second.row or ""), draw=draw)


def write_comparison(document: Document, folder: Path) -> Path:
    """``compare.md`` and its pictures in a folder; the file."""
    for name, content in figure_files(document).items():
        write_bytes(folder / name, content)
    file = folder / "compare.md"
    write_text(file, render_markdown_document(document))
    return file


def _rows(opened: tuple[Study, Study], labels: tuple[str, str], *, draw: bool) -> Document:
    plans = opened[0].plan, opened[1].plan
    conditions = tuple(map(find_condition, plans, labels))
    results = [study.results() for study in opened]
    first, second = map(_row, plans, conditions, results)
    for study, side in zip(opened, (first, second), strict=True):
        _demand_results(study, side)
    if plans[0].study != plans[1].study:
        first, second = _titled(first, plans[0]), _titled(second, plans[1])
    differences = config_differences(conditions[0].config, conditions[1].config)
    stores = opened[0].store, opened[1].store
    pictures = tuple(_pictures(stores, (first, second))) if draw else ()
    return comparison_of_two(first, second, differences, pictures, judged=True)


def _row(plan: Plan, condition: Condition, results: ResultSet) -> Side:
    """A row of whatever ablation has it, or a stage."""
    ablation = next(
        (one for one in plan.ablations if any(row.condition == condition.key for row in one.rows)),
        AblationPlan("", "", (Row(condition.name, condition.key, None),), ()),
    )
    (found,) = (
        row for row in gather(plan, ablation, results) if row.condition.key == condition.key
    )
    primary = condition.config.primary if condition.stage else primary_of(plan, ablation)
    tree = config_tree(condition.config)
    return Side(condition.name, tree, primary, found.seeds, found.finished, ablation.min_effect)


def _titled(side: Side, plan: Plan) -> Side:
    return replace(side, title=f"{side.title} of {plan.study}")


def _demand_results(study: Study, side: Side) -> None:
    if not side.trials:
        raise RecordError(
            f"nothing is recorded of '{side.title}' in {study.plan.study} that could be compared: it has no finished "
            f"trial in {study.store.root}. Run: ablate run {study.path}"
        )


def _run(store: Store, run_id: str) -> Side:
    """A run by its id, with the configuration that is recorded of it."""
    known = _run_ids(store)
    if run_id not in known:
        hint = nearest_runs(run_id, known) if known else "Nothing is recorded there yet"
        raise RecordError(f"the store {store.root} has no trial with run id {run_id!r}. {hint}")
    trial = read_run(store, run_id)
    if trial.status is not Status.FINISHED:
        why = f": {trial.reason}" if trial.reason else ""
        raise RecordError(
            f"run {run_id} ({trial.name}) has no result to compare, it is {trial.status}{why}"
        )
    tree = read_tree(artifact_folder(store, run_id))
    if tree is None:
        raise RecordError(f"the recorded configuration of run {run_id} is missing or damaged")
    primary = Primary.model_validate(tree["primary"])
    return Side(f"{trial.name} (run {run_id[:8]})", tree, primary, (trial.seed,), (trial,))


def _run_ids(store: Store) -> set[str]:
    return {trial.run_id for name in studies(store) for trial in read_results(store, name)}


def _studies(first: Study, second: Study) -> Document:
    plans = first.plan, second.plan
    results = first.results(), second.results()
    if not any(map(len, results)):
        raise RecordError(
            f"nothing is recorded of {plans[0].study} or {plans[1].study} yet. Run: ablate run {first.path}"
        )
    bases = [find_condition(plan, None).config for plan in plans]
    pairs = tuple(_pairs(plans, results))
    paired = [{pair.first.title for pair in pairs}, {pair.second.title for pair in pairs}]
    left = [
        tuple(one.name for one in plan.row_conditions if one.name not in names)
        for plan, names in zip(plans, paired, strict=True)
    ]
    differences = config_differences(*bases)
    names = plans[0].study, plans[1].study
    return comparison_of_studies(names, differences, pairs, (left[0], left[1]))


def _pairs(plans: tuple[Plan, Plan], results: tuple[ResultSet, ResultSet]) -> Iterator[PairedRows]:
    """Rows with one configuration, then those with one label, in the order of the first study."""
    others = {condition.key: condition for condition in plans[1].row_conditions}
    taken = {one.key for one in plans[0].row_conditions if one.key in others}
    by_name = {one.name: one for one in others.values() if one.key not in taken}
    for condition in plans[0].row_conditions:
        same = condition.key in others
        other = others.get(condition.key) or by_name.get(condition.name)
        if other is not None:
            first = _row(plans[0], condition, results[0])
            yield PairedRows(first, _row(plans[1], other, results[1]), same)


def _pictures(stores: tuple[Store, Store], sides: tuple[Side, Side]) -> Iterator[Picture]:
    """Of the first seed that both have, else of the first of each."""
    common = {trial.seed for trial in sides[0].trials} & {trial.seed for trial in sides[1].trials}
    first, second = (
        next(trial for trial in side.trials if not common or trial.seed == min(common))
        for side in sides
    )
    folders = (
        artifact_folder(stores[0], first.run_id),
        artifact_folder(stores[1], second.run_id),
    )
    yield from compared_pictures(folders, (first, second))
