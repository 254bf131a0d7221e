from __future__ import annotations

from ablate.runner.upkeep.changes import config_changes, irrelevant_fields

from .conftest import ROWS, StudyOf


def test_lists_and_mappings_are_compared_whole_or_by_field() -> None:
    old = {"model": {"name": "a", "channels": (4, 8), "more": {"x": 1, "y": 2}}, "train": {}}
    new = {"model": {"name": "a", "channels": (4, 9), "more": {"x": 1, "y": 3}}, "train": {"e": 1}}
    assert config_changes(new, old, frozenset()) == (
        "model.channels [4, 8] -> [4, 9]",
        "model.more.y 2 -> 3",
        "train {} -> {e: 1}",
    )
    assert config_changes(old, old, frozenset()) == ()


def test_a_field_that_one_of_them_lacks() -> None:
    assert config_changes({"train": {"a": 1, "b": None}}, {"train": {"a": 1}}, frozenset()) == (
        "train.b - -> null",
    )


def test_the_metric_matters_only_where_it_steers(study_of: StudyOf) -> None:
    study = study_of(ROWS)
    config = study.plan.conditions[study.plan.baseline].config
    assert "primary.metric" in irrelevant_fields(config)
    steered = study_of(ROWS, "train.checkpoint=best")
    config = steered.plan.conditions[steered.plan.baseline].config
    assert irrelevant_fields(config) == {"label_spaces", "probes", "representations"}


def test_what_is_kept_beside_a_result_is_no_change_of_it() -> None:
    kept, other = ({"probes": {"images": n}, "probes_too": n} for n in (3, 4))
    changes = config_changes(kept, other, frozenset({"probes", "representations"}))
    assert changes == ("probes_too 4 -> 3",)
    assert config_changes({"probes": None}, kept, frozenset({"probes", "probes_too"})) == ()
