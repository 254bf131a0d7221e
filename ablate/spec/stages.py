"""``stages``: trainings that others start from, each a whole configuration of its own; a graph without circles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from ablate.errors import did_you_mean
from ablate.spec.blame import Mistake
from ablate.spec.config import Config, TrialConfig
from ablate.spec.config_kind import config_class
from ablate.spec.earlier import Stage, StageWeights
from ablate.spec.options import Options, Tree, to_tree
from ablate.spec.resolution import resolve_sections, validate
from ablate.spec.sections import ModelOptions
from ablate.spec.yaml_file import KeyPath

_WEIGHTS: KeyPath = ("model", "weights", "stage")


class StageHeader(Options):
    """What a stage says beside the sections of its configuration."""

    description: str = ""
    seed: Literal["matched", "shared"] = "matched"
    """A trial of the stage for each seed of the study, or one, of the study's first seed, that all start from."""


#: What may stand in a stage.
STAGE_KEYS = (*StageHeader.model_fields, *TrialConfig.model_fields)


def resolve(tree: Tree) -> tuple[Config | None, list[Mistake]]:
    """The configuration that a tree of sections and stages describes, or what is wrong with it."""
    config, mistakes = resolve_sections(tree)
    stages, more = read_stages(tree.get("stages", {}))
    if config is None or config.training is None:
        return (None if more else config), [*mistakes, *more]
    written = tree.get("stages", {})
    wrong = [*more, *_start_mistakes(config.training, stages, written)]
    return (None, wrong) if wrong else (config.training.among(stages), [])


def read_stages(written: Any) -> tuple[dict[str, Stage], list[Mistake]]:
    """The stages under ``stages``, each knowing those that it starts from; none if anything is wrong with one."""
    if not isinstance(written, Mapping):
        return {}, [(("stages",), "must be a mapping of names to configurations", "")]
    found: dict[str, Stage] = {}
    mistakes: list[Mistake] = []
    for name, value in written.items():
        stage, wrong = _read(name, value)
        mistakes += [_within(name, mistake) for mistake in wrong]
        if stage is not None:
            found[name] = stage
    for name, stage in found.items():
        wrong = list(_start_mistakes(stage.config, found, written))
        mistakes += [_within(name, mistake) for mistake in wrong]
    mistakes += _circles(found)
    return ({} if mistakes else _linked(found)), mistakes


def chain(stage: Stage | None) -> Iterator[Stage]:
    """A stage, the one that it starts from, the one that this starts from, and so on."""
    while stage is not None:
        yield stage
        stage = stage.config.upstream


def config_tree(config: Config) -> Tree:
    """A configuration as a study file would say it, every default written out, with the stages that it starts from."""
    training = config.training
    stages = chain(training.upstream) if training is not None else ()
    return _tree(config, {stage.name: stage for stage in stages})


def study_tree(config: Config) -> Tree:
    """As :func:`config_tree`, with every stage of the study."""
    return _tree(config, config.training.stages if config.training is not None else {})


def _tree(config: Config, stages: Mapping[str, Stage]) -> Tree:
    if not stages:
        return to_tree(config)  # type: ignore[no-any-return]
    trees = {
        name: {"seed": "shared" if stage.shared else "matched", **to_tree(stage.config)}
        for name, stage in stages.items()
    }
    return {**to_tree(config), "stages": trees}


def _read(name: str, value: Any) -> tuple[Stage | None, list[Mistake]]:
    if not re.fullmatch(r"\w[\w-]*", name):
        rule = f"the stage {name!r} cannot be named in a field"
        return None, [((), rule, "Use letters, digits, '_' and '-'")]
    if not isinstance(value, Mapping):
        return None, [((), "must be a whole configuration: task, data, model, ...", "")]
    if config_class(value.get("task")) is not TrialConfig:
        rule = "a script leaves no weights that others could start from"
        return None, [(("task",), rule, "A stage is a task such as classification")]
    unknown = [key for key in value if key not in STAGE_KEYS]
    mistakes: list[Mistake] = [
        ((key,), f"unknown key '{key}'", did_you_mean(key, STAGE_KEYS)) for key in unknown
    ]
    known = {key: value[key] for key in StageHeader.model_fields if key in value}
    header, wrong = validate(StageHeader, known)
    config, more = resolve_sections(value)
    mistakes += [*wrong, *more]
    if mistakes or config is None or config.training is None:
        return None, mistakes
    return Stage(name, config.training, header.seed == "shared"), []


def _start_mistakes(
    config: TrialConfig, stages: Mapping[str, Stage], written: Mapping[str, Any]
) -> Iterator[Mistake]:
    """What is wrong with the stage that a configuration starts from; nothing if that is wrong itself."""
    earlier = config.earlier
    if not isinstance(earlier, StageWeights):
        return
    if earlier.stage not in written:
        hint = did_you_mean(earlier.stage, written) or "Describe it under stages"
        yield _WEIGHTS, f"no stage is called '{earlier.stage}'", hint
    elif earlier.stage in stages:
        yield from _other_architecture(config.model, stages[earlier.stage])


def _other_architecture(model: ModelOptions, stage: Stage) -> Iterator[Mistake]:
    other = stage.config.model
    if type(model).__plugin_files__ or type(other).__plugin_files__:
        return  # what a plugin's network is shows when its code runs
    if _bare(model.encoder_name) != _bare(other.encoder_name):
        message = (
            f"the stage '{stage.name}' trains {other.encoder_name}, and the encoder here is "
            f"{model.encoder_name}"
        )
        yield _WEIGHTS, message, "Weights fit the same architecture only: name it in both"


def _bare(name: str) -> str:
    """An architecture without its library and the tag of its weights, whichever way libraries write it.

    >>> _bare("timm/efficientnet_b0.ra_in1k") == _bare("efficientnet-b0") == _bare("tu-efficientnet_b0")
    True
    """
    own = re.sub(r"^(timm/|torchvision/|tu-|timm-)", "", name).partition(".")[0]
    return re.sub(r"[-_]", "", own)


def _upstream_name(stage: Stage) -> str | None:
    earlier = stage.config.earlier
    return earlier.stage if isinstance(earlier, StageWeights) else None


def _circles(stages: Mapping[str, Stage]) -> Iterator[Mistake]:
    """Each circle once, at its first stage in the file."""
    told: set[str] = set()
    for first in stages:
        path = [first]
        while (name := _upstream_name(stages[path[-1]])) in stages and name not in path:
            path.append(str(name))
        if name == first and first not in told:
            told.update(path)
            shown = " -> ".join([*path, first])
            message = f"stages that start from each other never begin: {shown}"
            yield ("stages", first, *_WEIGHTS), message, "Let one of them start from other weights"


def _linked(stages: Mapping[str, Stage]) -> dict[str, Stage]:
    """The stages, each in the company of those that it starts from."""
    linked: dict[str, Stage] = {}

    def link(name: str) -> None:
        if name in linked:
            return
        stage, upstream = stages[name], _upstream_name(stages[name])
        before = {}
        if upstream in stages:
            link(str(upstream))
            start = linked[str(upstream)]
            before = {item.name: item for item in chain(start)}
        linked[name] = replace(stage, config=stage.config.among(before))

    for name in stages:
        link(name)
    return {name: linked[name] for name in stages}


def _within(name: str, mistake: Mistake) -> Mistake:
    path, message, remedy = mistake
    return ("stages", name, *path), message, remedy
