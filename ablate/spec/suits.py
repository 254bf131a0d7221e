"""Whether the parts of a training suit each other, as far as the study file alone can tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ablate.errors import did_you_mean
from ablate.registry import overlaid, table
from ablate.results import base_metric
from ablate.spec.blame import Mistake
from ablate.spec.primary import Primary
from ablate.spec.sections import ProbeOptions

if TYPE_CHECKING:
    from ablate.spec.config import Config, TrialConfig

#: Section to the kind of its members, for sections that suit some tasks only.
_KINDS = {"data": "data set", "model": "model", "loss": "loss"}


def unsuited(config: TrialConfig) -> Iterator[Mistake]:
    """What cannot work together, located from the top of the file."""
    yield from _other_tasks(config)
    yield from _unsuited_loss(config)
    if config.probes != ProbeOptions() and getattr(config.task, "name", "") != "segmentation":
        yield ("probes",), "probes keep predicted masks", "Only 'task: segmentation' has masks"
    if config.train.freeze == "encoder" and config.optimizer.encoder_lr is not None:
        message = "encoder_lr has no effect: train.freeze is 'encoder'"
        yield ("optimizer", "encoder_lr"), message, "Leave out one of the two"
    if config.representations is not None and getattr(config.task, "name", "") == "segmentation":
        message = "the task segmentation keeps no representations"
        yield ("representations",), message, "Representations need 'task: classification' or 'ssl'"
    if getattr(config.task, "views", 1) > 1:
        yield from _unsuited_to_views(config)
    known = tuple(config.label_spaces)
    classes = config.data.classes
    if isinstance(classes, str) and classes not in known:
        yield ("data", "classes"), f"there is no label space '{classes}'", _spaces(classes, known)
    yield from unmeasured(config, config.primary)


def _other_tasks(config: TrialConfig) -> Iterator[Mistake]:
    task = getattr(config.task, "name", "")
    for section, kind in _KINDS.items():
        member = getattr(config, section)
        parts = getattr(config.task, "parts", "") or task
        own = section == "loss" and getattr(config.task, "own_loss", False)
        if member is None or own or type(member).__plugin_files__ or parts in member.tasks:
            continue  # what a plugin's member can do shows when its code runs
        message = f"{kind} '{member.name}' is for {' and '.join(member.tasks)}, not for {task}"
        yield (section, "name"), message, _suitable(kind, task, parts)


def _unsuited_to_views(config: TrialConfig) -> Iterator[Mistake]:
    """What a training that compares random views of an image cannot do."""
    task = getattr(config.task, "name", "")
    if not config.data.augment:
        message = "without random changes the views of an image are all the same"
        yield ("data", "augment"), message, "Write for example 'augment: [simclr]'"
    if config.train.freeze != "none":
        yield ("train", "freeze"), f"the task {task} trains the whole encoder", "Remove it"
    if config.optimizer.encoder_lr is not None:
        yield ("optimizer", "encoder_lr"), f"the task {task} has one learning rate", "Remove it"


def _unsuited_loss(config: TrialConfig) -> Iterator[Mistake]:
    """A loss beside that of the task, or none at all."""
    own = getattr(config.task, "own_loss", False)
    name = getattr(config.task, "name", "")
    if own and config.loss is not None:
        message = f"the task {name} has a loss of its own, so that this one has no effect"
        yield ("loss",), message, "Remove it; task.method decides what is minimised"
    if not own and config.loss is None:
        yield ("loss",), f"the task {name} needs a loss", "Leave the section out for cross_entropy"


def unmeasured(config: Config, primary: Primary) -> Iterator[Mistake]:
    """Why trials of a configuration do not record a metric; nothing is known of what scripts record."""
    task = config.task
    metrics = getattr(task, "metrics", None)
    if metrics is None:
        return
    if primary.unknown:
        yield ("primary",), *primary.unknown
        return
    base = base_metric(primary.name)
    if base in overlaid("metric"):
        return  # only the plugin's code knows more of it
    if base not in metrics():
        message = (
            f"{primary.metric!r}: the task {getattr(task, 'name', '')} does not record '{base}'"
        )
        yield ("primary",), message, did_you_mean(base, metrics())
        return
    if primary.split == "train" and base not in getattr(task, "while_training", metrics)():
        message = f"{primary.metric!r}: {base} is recorded of evaluations only"
        yield ("primary",), message, f"Write val/{primary.name}"
        return
    yield from _wrong_form(primary, table("metric").get(base), metrics())
    known = tuple(getattr(config, "label_spaces", ()))
    if primary.space and primary.space not in known:
        message = f"{primary.metric!r}: there is no label space '{primary.space}'"
        yield ("primary",), message, _spaces(primary.space, known)


def _wrong_form(primary: Primary, metric: Any, known: Sequence[str]) -> Iterator[Mistake]:
    """A class or a label space asked of a metric that has none, or a class not asked for."""
    if primary.label and metric.by_class is None:
        named = [name for name in known if table("metric").get(name).by_class is not None]
        message = f"{primary.metric!r}: there is no {metric.title} of a single class"
        yield ("primary",), message, f"Metrics of a class: {', '.join(named)}"
    if not primary.label and metric.compute is None:
        message = f"{primary.metric!r}: {metric.title} is of one class"
        yield ("primary",), message, f"Write {primary.metric}/CLASS, or a metric of all classes"
    if primary.space and not metric.of_labels:
        named = [name for name in known if table("metric").get(name).of_labels]
        message = f"{primary.metric!r}: {metric.title} is of the network's own classes only"
        yield ("primary",), message, f"In label spaces there are {', '.join(named)}"


def _suitable(kind: str, task: str, parts: str) -> str:
    members = table(kind)
    own = [name for name in members.own_names() if _does(members.get(name), parts)]
    families = [f"{prefix}..." for prefix, one in members.families().items() if _does(one, parts)]
    return f"For {task}: {', '.join([*own, *families])}" if own or families else ""


def _does(member: Any, task: str) -> bool:
    return task in getattr(member, "tasks", ("classification",))


def _spaces(name: str, known: tuple[str, ...]) -> str:
    return did_you_mean(name, known) or "Name it under label_spaces"
