"""The stages that a plan's rows start from: their conditions, and one trial each for the seeds that need them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ablate.plan.conditions import make_condition
from ablate.plan.types import Condition, Place, Trial, upstream_place
from ablate.spec.config import Config
from ablate.spec.earlier import Stage
from ablate.spec.options import Tree
from ablate.spec.stages import chain
from ablate.spec.text import show_value


def stage_conditions(configs: Iterable[Config], baseline: Tree) -> dict[str, Condition]:
    """The conditions of all stages that configurations start from, each before those that start from it.

    ``baseline`` has every default of the study and its stages; a stage that rows vary is named after what differs.
    """
    found: dict[str, Condition] = {}
    for config in configs:
        for stage in reversed(_upstream_stages(config)):
            condition = _condition(stage, baseline)
            found.setdefault(condition.key, condition)
    return found


def _upstream_stages(config: Config) -> list[Stage]:
    return list(chain(config.training.upstream)) if config.training is not None else []


def stage_trials(
    places: Iterable[Place], conditions: Mapping[str, Condition], seeds: tuple[int, ...]
) -> Iterator[Trial]:
    """The trials that those of ``places`` start from, each before those that start from it; some may come again."""
    for place in places:
        upstream = upstream_place(conditions[place[0]], place[1], seeds)
        if upstream is not None:
            yield from stage_trials([upstream], conditions, seeds)
            yield Trial(*upstream, f"{conditions[upstream[0]].name}, seed {upstream[1]}")


def used_stages(configs: Iterable[Config]) -> frozenset[str]:
    """The names of the stages that configurations start from, directly or not."""
    return frozenset(stage.name for config in configs for stage in _upstream_stages(config))


def _condition(stage: Stage, baseline: Tree) -> Condition:
    """A stage's condition; its changes are differences from the stage as the study file has it."""
    stages = baseline["stages"]
    found = make_condition(stage.config, "", {**stages[stage.name], "stages": stages})
    own = f"stages.{stage.name}."
    changes = {
        name if name.startswith("stages.") else own + name: value
        for name, value in found.changes.items()
    }
    varied = [f"{name.removeprefix(own)}={show_value(item)}" for name, item in changes.items()]
    name = ", ".join([f"stage {stage.name}", *varied])
    return replace(found, name=name, changes=changes, stage=stage.name)
