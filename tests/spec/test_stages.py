"""Stages as a study file describes them: whole configurations, and which starts from which."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ablate.spec.overrides import apply_overrides, complete, flatten
from ablate.spec.stages import chain, config_tree, read_stages, resolve

SECTIONS: dict[str, Any] = {
    "task": "classification",
    "data": {"name": "digits"},
    "model": {"name": "timm/test_resnet"},
    "optimizer": {"name": "adam", "lr": 0.001},
    "primary": "val/accuracy",
}


def stage(upstream: str | None = None, **more: Any) -> dict[str, Any]:
    weights = {} if upstream is None else {"weights": {"stage": upstream}}
    return {**SECTIONS, "model": {"name": "timm/test_resnet", **weights}, **more}


def mistakes_of(tree: dict[str, Any]) -> list[tuple[str, str]]:
    _, mistakes = resolve(complete(tree))
    return [(".".join(map(str, path)), message) for path, message, _ in mistakes]


def test_a_stage_inherits_nothing_and_has_the_defaults_of_a_study() -> None:
    tree = complete({**SECTIONS, "train": {"epochs": 7}, "stages": {"first": stage()}})
    stages, mistakes = read_stages(tree["stages"])
    assert not mistakes
    assert stages["first"].config.train.epochs == 20
    assert stages["first"].config.loss.name == "cross_entropy"
    assert not stages["first"].shared


def test_the_chain_of_stages_leads_to_the_first() -> None:
    stages, _ = read_stages({"c": stage("b"), "b": stage("a", seed="shared"), "a": stage()})
    assert [item.name for item in chain(stages["c"])] == ["c", "b", "a"]
    assert [item.shared for item in chain(stages["c"])] == [False, True, False]


def test_what_is_recorded_of_a_configuration_describes_it_again() -> None:
    tree = complete({**stage("b"), "stages": {"a": stage(), "b": stage("a", seed="shared")}})
    config, mistakes = resolve(tree)
    assert config is not None, mistakes
    again, mistakes = resolve(config_tree(config))
    assert again == config, mistakes


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        ({"a": 1}, ("stages.a", "must be a whole configuration")),
        ({"a.b": {}}, ("stages.a.b", "the stage 'a.b' cannot be named in a field")),
        ({"a": {**stage(), "epochs": 1}}, ("stages.a.epochs", "unknown key 'epochs'")),
        ({"a": {**stage(), "task": "python"}}, ("stages.a.task", "a script leaves no weights")),
        ({"a": stage("a")}, ("stages.a.model.weights.stage", "never begin: a -> a")),
        ({"a": stage("z")}, ("stages.a.model.weights.stage", "no stage is called 'z'")),
        ({"a": stage(seed="own")}, ("stages.a.seed", "own")),
    ],
)
def test_mistakes_stand_at_their_place_in_the_stage(
    stages: dict[str, Any], expected: tuple[str, str]
) -> None:
    ((path, message),) = mistakes_of({**SECTIONS, "stages": stages})
    assert path == expected[0]
    assert expected[1] in message


def test_another_architecture_is_found_without_torch() -> None:
    other = {**stage(), "model": {"name": "timm/resnet18"}}
    ((path, message),) = mistakes_of({**stage("a"), "stages": {"a": other}})
    assert path == "model.weights.stage"
    assert "trains timm/resnet18, and the encoder here is timm/test_resnet" in message


def test_an_encoder_starts_from_the_classifier_of_its_architecture() -> None:
    segmenter = {
        "task": "segmentation",
        "data": {"name": "shapes"},
        "model": {"name": "fcn8s", "encoder": "timm/resnet18", "weights": {"stage": "a"}},
        "primary": "val/miou",
    }
    classifier = {**stage(), "model": {"name": "torchvision/resnet18"}}
    assert not mistakes_of({**stage(), **segmenter, "stages": {"a": classifier}})
    assert mistakes_of({**stage(), **segmenter, "stages": {"a": stage()}})


def test_overrides_reach_into_stages() -> None:
    tree = {"stages": {"a": {"model": {"name": "basenet", "kernel_size": 3}, "train": {}}}}
    changes = flatten({"stages": {"a": {"model": "timm/resnet18", "train": {"epochs": 5}}}})
    assert changes == {"stages.a.model.name": "timm/resnet18", "stages.a.train.epochs": 5}
    changed = apply_overrides(tree, changes)["stages"]["a"]
    assert changed == {"model": {"name": "timm/resnet18"}, "train": {"epochs": 5}}


NAMES = ("a", "b", "c", "d", "e")


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from((*NAMES, None, "z")), min_size=5, max_size=5))
def test_circles_and_missing_stages_are_found_and_nothing_else(
    upstreams: list[str | None],
) -> None:
    """Against an oracle that walks from every stage as far as there are stages."""
    written = dict(zip(NAMES, upstreams, strict=True))
    stages, mistakes = read_stages({name: stage(up) for name, up in written.items()})
    circular = {name for name in NAMES if name in _walk(written, name)}
    missing = {name for name in NAMES if written[name] == "z"}
    circles = [
        message.partition(": ")[2].split(" -> ")
        for _, message, _ in mistakes
        if "never begin" in message
    ]
    assert {name for circle in circles for name in circle} == circular
    assert len({name for circle in circles for name in circle}) == sum(len(set(c)) for c in circles)
    assert {path[1] for path, message, _ in mistakes if "is called" in message} == missing
    if not circular and not missing:
        for name, found in stages.items():
            assert [item.name for item in chain(found)][1:] == _walk(written, name)


def _walk(upstreams: dict[str, str | None], name: str) -> list[str]:
    """The stages upstream of one, until the walk comes to a stage again."""
    found: list[str] = []
    step = upstreams[name]
    while step is not None and step not in found:
        found.append(step)
        step = upstreams.get(step)
    return found
