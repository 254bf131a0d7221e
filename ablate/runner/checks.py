"""Everything that can be found wrong with a plan before the first training step, data included."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from ablate.data.augment.step import output_shape
from ablate.data.overlap import Overlap
from ablate.data.place import DataPlace
from ablate.data.plugin_source import is_read_by_trials_only
from ablate.data.prepare import PreparedData, fingerprint, prepare
from ablate.data.prepared import Split
from ablate.data.source import SplitName
from ablate.errors import DataError, Problem, StudyError
from ablate.files import hash_value
from ablate.plan.search.space import probes
from ablate.plan.types import Condition, Plan
from ablate.runner.script_checks import script_problems, script_warnings
from ablate.runner.stage_overlap import StageOverlaps
from ablate.runner.table_checks import absent, space_warnings, table_problems
from ablate.spec.config import TrialConfig
from ablate.spec.options import to_tree
from ablate.spec.probes import probe_problems, probe_warnings
from ablate.spec.representations import representation_problems, representation_warnings
from ablate.spec.study import Draft
from ablate.spec.text import show_value
from ablate.spec.values import ImageShape
from ablate.spec.yaml_file import KeyPath
from ablate.tasks.task import TaskOptions

Progress = Callable[[str, int, int], None]
#: Section, field, message.
Remark = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan that can run: its data by condition, and what it should be warned about."""

    data: dict[str, PreparedData]
    warnings: tuple[Problem, ...]


def check_plan(
    draft: Draft, plan: Plan, place: DataPlace, progress: Progress | None = None
) -> Checked:
    """Prepare the data of every condition and look for what cannot work, or is hardly meant.

    Raises:
        StudyError: with every condition that cannot work on its data.
    """
    plan = _with_proposals(plan)
    data, problems = _prepare_all(draft, plan, place, progress)
    warnings = list(plan.warnings)
    wrong, doubtful = set[Remark](), set[Remark]()
    shared, ready = StageOverlaps(place), not problems
    for key, condition in plan.conditions.items():
        config = condition.config.training
        if config is not None and key in data:
            # what holds for an earlier condition too is said once, there
            news = [item for item in _problems(config, data[key]) if item not in wrong]
            problems += located(draft, plan, condition, news)
            wrong.update(news)
            seen = (
                [("model", "weights", _seen(found)) for found in shared.of(config)] if ready else []
            )
            news = [*_warnings(config, data[key]), *seen]
            news = [item for item in news if item not in doubtful]
            warnings += located(draft, plan, condition, news)
            doubtful.update(news)
    warnings += [*_inert_factors(draft, plan), *_unread_data(draft, plan)]
    warnings += space_warnings(draft, plan, data)
    problems += [*table_problems(draft, plan, data), *script_problems(draft, plan)]
    warnings += script_warnings(draft, plan)
    if problems:
        raise StudyError(draft.document.file, list(dict.fromkeys(problems)))
    return Checked(data, tuple(dict.fromkeys(warnings)))


def _with_proposals(plan: Plan) -> Plan:
    """The plan with what its searches may propose among its conditions: each end of each range, and each choice."""
    proposed = {
        condition.key: condition
        for search in plan.searches
        for probe in probes(search.space)
        for condition in (search.condition(0, params) for params in probe.proposals[:1])
    }
    return replace(plan, conditions={**proposed, **plan.conditions})


def _prepare_all(
    draft: Draft, plan: Plan, place: DataPlace, progress: Progress | None
) -> tuple[dict[str, PreparedData], list[Problem]]:
    known: dict[str, PreparedData | str | None] = {}
    found: dict[str, PreparedData] = {}
    problems: list[Problem] = []
    for key, condition in plan.conditions.items():
        config = condition.config.training
        if config is None:
            continue
        source = hash_value([to_tree(config.data), to_tree(config.label_spaces)])
        if source not in known:
            try:
                known[source] = _prepare(config, place, progress)
            except DataError as error:
                known[source] = str(error)
        prepared = known[source]
        if isinstance(prepared, str):
            problems += located(draft, plan, condition, [("data", "", prepared)])
        elif prepared is not None:
            found[key] = prepared
    return found, problems


def _prepare(
    config: TrialConfig, place: DataPlace, progress: Progress | None
) -> PreparedData | None:
    """The data; ``None`` if only trials may read it, so that all there is to check is whether it is there."""
    if is_read_by_trials_only(config.data):
        fingerprint(config.data, place, progress)
        return None
    return prepare(config.data, place, progress, spaces=config.label_spaces)


def _unread_data(draft: Draft, plan: Plan) -> Iterator[Problem]:
    names: set[str] = set()
    for condition in plan.conditions.values():
        config = condition.config.training
        if config is None or config.data.name in names or not is_read_by_trials_only(config.data):
            continue
        names.add(config.data.name)
        message = (
            f"data set '{config.data.name}' is read by a plugin, which only trials execute: "
            "neither its images nor what depends on them was checked"
        )
        yield from located(draft, plan, condition, [("data", "", message)])


def _problems(config: TrialConfig, data: PreparedData) -> Iterator[Remark]:
    yield from _shape_problems(config, data.shape)
    yield from _loss_problems(config, data)
    sizes = {name: len(split) for name, split in data.splits.items()}
    for field, message in cast(TaskOptions, config.task).problems(sizes):
        yield "task", field, message
    if config.primary.split not in data.splits:
        known = ", ".join(data.splits)
        message = f"{config.primary.metric}: {data.name} has no split '{config.primary.split}'"
        yield "primary", "", f"{message}. Its splits: {known}"
    if config.primary.name.startswith("top5") and len(data.classes) <= 5:
        yield "primary", "", f"top-5 accuracy of {len(data.classes)} classes is always 1"
    yield from _probe_problems(config, data.splits["val"])
    for message in representation_problems(config.representations, len(data.splits["val"])):
        yield "representations", "", message
    reason = absent(config.primary, data)
    if reason is not None:
        yield "primary", "", reason
    elif config.primary.label and not config.primary.space:
        for split in data.splits:
            needed = split == config.primary.split or (split == "val" and config.monitors)
            if needed and config.primary.label in _absent(data, split):
                yield "primary", "", f"{config.primary.metric}: nothing in {split} is of that class"


def _loss_problems(config: TrialConfig, data: PreparedData) -> Iterator[Remark]:
    if config.loss is None:
        return
    for field, message in config.loss.problems(len(data.classes)):
        yield "loss", field, message
    for field, message in config.loss.absent_problems(_absent(data, "train")):
        yield "loss", field, message


def _absent(data: PreparedData, split: SplitName) -> list[str]:
    """The classes of which a split has nothing."""
    counts = data.class_counts(split)
    return [name for name, count in zip(data.classes, counts, strict=True) if count == 0]


def _shape_problems(config: TrialConfig, shape: ImageShape) -> Iterator[Remark]:
    """What the network cannot take: images, or the crops of them that it is trained on."""
    found = config.model.problems(shape)
    for field, message in found:
        yield "model", field, message
    crop = output_shape(config.data.augment, shape)
    for field, message in config.model.problems(crop) if crop != shape else ():
        if (field, message) not in found:
            yield "model", field, f"{message} (random crops are {crop})"


def _probe_problems(config: TrialConfig, val: Split) -> Iterator[Remark]:
    if val.masks is None:
        return
    for message in probe_problems(config.probes, val.image_names()):
        yield "probes", "images", message


def _warnings(config: TrialConfig, data: PreparedData) -> Iterator[Remark]:
    for field, message in config.model.warnings(data.shape):
        yield "model", field, message
    for field, message in config.scheduler.warnings(config.train.epochs, config.train.patience):
        yield "scheduler", field, message
    if config.train.freeze == "encoder" and config.model.normalization() is None:
        message = "the encoder is frozen at random weights; model.weights names none"
        yield "train", "freeze", message
    for field, message in data.warnings:
        yield "data", field, message
    if data.splits["val"].masks is not None:
        for message in probe_warnings(config.probes, config.train.epochs):
            yield "probes", "epochs", message
    for message in representation_warnings(config.representations, config.train.epochs):
        yield "representations", "epochs", message


def _seen(found: Overlap) -> str:
    rule = "pixel for pixel: its scores say little about new images"
    return f"{found}, {rule}. Train the stage on other images, or split with the same split_seed"


def _inert_factors(draft: Draft, plan: Plan) -> Iterator[Problem]:
    for ablation in plan.ablations:
        for row in ablation.rows:
            condition = plan.conditions[row.condition]
            training = condition.config.training
            for path in _inert(training) if training is not None else ():
                if path in condition.changes and path in ablation.factors:
                    value = show_value(condition.changes[path])
                    message = f"'{row.label}': {path} = {value} has no effect on this {path.partition('.')[0]}"
                    yield draft.problem(("ablations", ablation.name), message)


def _inert(config: TrialConfig) -> list[str]:
    """Dotted fields without any effect, given the others."""
    parts = {"model": config.model.inert(), "task": cast(TaskOptions, config.task).inert()}
    return [f"{section}.{field}" for section, fields in parts.items() for field in fields]


def located(
    draft: Draft, plan: Plan, condition: Condition, remarks: Sequence[Remark]
) -> list[Problem]:
    """Remarks at the field of the study file, or at the row that changes it."""
    found = []
    for section, field, message in remarks:
        base: KeyPath = (section, field) if field else (section,)
        if condition.stage:
            varied = f"{condition.name}: " if condition.changes else ""
            found.append(draft.problem(("stages", condition.stage, *base), varied + message))
            continue
        changed = any(name.partition(".")[0] == section for name in condition.changes)
        if condition.key == plan.baseline or not changed:
            found.append(draft.problem(base, message))
            continue
        found.append(_at_row(draft, plan, condition, ".".join(str(key) for key in base), message))
    return found


def _at_row(draft: Draft, plan: Plan, condition: Condition, field: str, message: str) -> Problem:
    for ablation in plan.ablations:
        for row in ablation.rows:
            if row.condition == condition.key:
                place: KeyPath = ("ablations", ablation.name)
                if ("ablations", ablation.name, "rows", row.label) in draft.document.lines:
                    place = (*place, "rows", row.label)
                return draft.problem(place, f"'{row.label}': {field}: {message}")
    for search in plan.searches:
        if condition.name.startswith(f"{search.name} #"):
            return draft.problem(
                ("ablations", search.ablation), f"{condition.name}: {field}: {message}"
            )
    return draft.problem(("ablations",), message)
