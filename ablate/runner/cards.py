"""What is recorded of each trial before it starts: its factors, a few headlines, its configuration."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter

from ablate.files import hash_value
from ablate.plan.types import Condition, Plan, Trial
from ablate.record.card import TrialCard
from ablate.record.keys import SPACES, STAGE
from ablate.spec.config import Config
from ablate.spec.options import Tree, to_tree
from ablate.spec.overrides import get_field
from ablate.spec.stages import config_tree
from ablate.spec.text import show_value


def varying_fields(plan: Plan) -> tuple[str, ...]:
    """The dotted fields that the study's rows set and in which its conditions differ, in order of appearance.

    Another ``name`` changes all fields of its section; only those that rows set themselves count here.
    """
    differing = {field for item in plan.conditions.values() for field in item.changes}
    written = (field_of(factor) for item in plan.ablations for factor in item.factors)
    searched = (dimension.field for search in plan.searches for dimension in search.space)
    fields = dict.fromkeys([*written, *searched])
    return tuple(field for field in fields if field in differing)


def field_of(factor: str) -> str:
    """The field of a section that a factor changes, or changes a part of.

    >>> field_of("model.options.depth"), field_of("stages.first.model.options.depth")
    ('model.options', 'stages.first.model.options')
    """
    return ".".join(factor.split(".")[: 4 if factor.startswith("stages.") else 2])


def condition_tree(condition: Condition) -> Tree:
    """The configuration with the stages that it starts from, and with itself where it is one."""
    tree = config_tree(condition.config)
    if not condition.stage:
        return tree
    return {**tree, "stages": {**tree.get("stages", {}), condition.stage: tree}}


def changed_values(plan: Plan, condition: Condition) -> dict[str, str]:
    """Those fields of a condition that differ from the baseline, as text."""
    changes = condition.changes
    return {field: show_value(changes[field]) for field in varying_fields(plan) if field in changes}


def trial_card(
    plan: Plan, trial: Trial, identity: str, fingerprint: str, tags: Mapping[str, str]
) -> TrialCard:
    """The card of one trial of a plan."""
    config = plan.config(trial)
    condition = plan.conditions[trial.condition]
    tree = condition_tree(condition)
    factors = {field: show_value(get_field(tree, field)) for field in varying_fields(plan)}
    return TrialCard(
        identity=identity,
        condition=trial.condition,
        seed=trial.seed,
        name=trial.name,
        factors=factors,
        headline={key: text for key, text in config.headline.items() if key not in factors},
        config_yaml=config_yaml(config),
        fingerprint=fingerprint,
        dataset=config.dataset,
        tags={**tags, **_spaces_tag(config), **_stage_tag(condition)},
    )


def space_meanings(config: Config) -> dict[str, str]:
    """Label space to a hash of what it means, the order of its classes aside."""
    training = config.training
    spaces = training.label_spaces if training is not None else {}
    return {name: hash_value(to_tree(groups)) for name, groups in spaces.items()}


def _stage_tag(condition: Condition) -> dict[str, str]:
    return {STAGE: condition.stage} if condition.stage else {}


def _spaces_tag(config: Config) -> dict[str, str]:
    meanings = space_meanings(config)
    return {SPACES: json.dumps(meanings, sort_keys=True)} if meanings else {}


def config_yaml(config: Config) -> str:
    """A resolved configuration, every default and the stages that it starts from written out, as YAML."""
    stream = io.StringIO()
    writer = YAML()
    writer.default_flow_style = None
    writer.width = 100
    writer.representer.add_representer(type(None), _null)
    writer.dump(_plain(config_tree(config)), stream)
    return stream.getvalue()


def _null(representer: RoundTripRepresenter, _: None) -> ScalarNode:
    node: ScalarNode = representer.represent_scalar("tag:yaml.org,2002:null", "null")
    return node


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
