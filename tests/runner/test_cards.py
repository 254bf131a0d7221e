from __future__ import annotations

from collections.abc import Callable

from ruamel.yaml import YAML

from ablate.plan.identity import condition_key
from ablate.runner.cards import config_yaml, trial_card, varying_fields
from ablate.runner.study import Study
from ablate.spec.config import TrialConfig
from ablate.spec.options import freeze

ROWS = """
  v: {design: variants, rows: {A: {model.channels: [2, 4]}, B: {data.augment: [random_horizontal_flip]}}}
"""


def test_a_card_has_the_factors_as_text(study_of: Callable[..., Study]) -> None:
    plan = study_of(ROWS).plan
    card = trial_card(plan, plan.trials[1], "id", "print", {"git.commit": "abc"})
    assert varying_fields(plan) == ("model.channels", "data.augment")
    assert card.factors["model.channels"] == "[2, 4]"
    assert card.headline == {
        "data.name": "digits",
        "model.name": "basenet",
        "train.epochs": "4",
    }
    assert card.name == "A, seed 0"


def test_the_recorded_configuration_is_the_trial(study_of: Callable[..., Study]) -> None:
    """What stands in ``config.yaml`` resolves to the same condition."""
    for condition in study_of(ROWS).plan.conditions.values():
        tree = freeze(YAML(typ="safe").load(config_yaml(condition.config)))
        assert condition_key(TrialConfig.model_validate(tree)) == condition.key
