"""What networks take over from an earlier training: the encoder, never the head, and its normalisation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import nn

from ablate.errors import TrialError
from ablate.models.starting import load_start, start_normalization
from ablate.registry import table
from ablate.spec.earlier import Start
from ablate.spec.sections import ModelOptions
from ablate.spec.values import ImageShape, Normalization

SHAPE = ImageShape(channels=3, height=32, width=32)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def options(name: str, **more: object) -> ModelOptions:
    found: ModelOptions = table("model").get(name).model_validate({"name": name, **more})
    return found


def trained(folder: Path, net: nn.Module) -> Start:
    """The artifacts of a training whose tensors are all above 7."""
    state = {name: value + 7 for name, value in net.state_dict().items()}
    start = Start(folder, "stage a, seed 0")
    safetensors.torch.save_file(state, start.weights)
    return start


def taken(net: nn.Module, before: dict[str, torch.Tensor]) -> set[str]:
    return {
        name for name, value in net.state_dict().items() if not torch.equal(value, before[name])
    }


def copied(net: nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in net.state_dict().items()}


def test_a_classifier_takes_the_encoder_and_keeps_its_head_of_the_same_shape(
    tmp_path: Path,
) -> None:
    model = options("timm/test_resnet")
    net, other = model.build(SHAPE, 4), model.build(SHAPE, 4)
    before, start = copied(net), trained(tmp_path, other)
    report = load_start(net, model, start)
    assert taken(net, before) == set(before) - {"fc.weight", "fc.bias"} == set(report.loaded)
    assert set(report.head) == {"fc.weight", "fc.bias"}
    assert report.missing == report.unexpected == ()
    expected = safetensors.torch.load_file(start.weights)
    assert all(torch.equal(net.state_dict()[name], expected[name]) for name in report.loaded)


def test_a_segmentation_network_takes_the_encoder_of_a_classifier(tmp_path: Path) -> None:
    segmenter = options("conv_head", encoder="timm/test_resnet")
    net = segmenter.build(SHAPE, 3)
    before = copied(net)
    start = trained(tmp_path, options("timm/test_resnet").build(SHAPE, 4))
    report = load_start(net, segmenter, start)
    encoder = {name for name in before if name.startswith("encoder.")}
    assert taken(net, before) == encoder == set(report.loaded)
    assert set(report.unexpected) == {"fc.weight", "fc.bias"}


def test_and_gives_it_back_to_a_classifier(tmp_path: Path) -> None:
    classifier = options("timm/test_resnet")
    net = classifier.build(SHAPE, 4)
    before = copied(net)
    segmenter = options("conv_head", encoder="timm/test_resnet").build(SHAPE, 3)
    report = load_start(net, classifier, trained(tmp_path, segmenter))
    assert taken(net, before) == set(before) - {"fc.weight", "fc.bias"}
    assert set(report.missing) == {"fc.weight", "fc.bias"}


def test_a_segmentation_network_keeps_its_own_head(tmp_path: Path) -> None:
    segmenter = options("conv_head", encoder="timm/test_resnet")
    net = segmenter.build(SHAPE, 3)
    before = copied(net)
    load_start(net, segmenter, trained(tmp_path, segmenter.build(SHAPE, 3)))
    assert taken(net, before) == {name for name in before if name.startswith("encoder.")}


def test_another_architecture_is_an_error_that_names_the_source(tmp_path: Path) -> None:
    start = trained(tmp_path, nn.Sequential(nn.Linear(3, 3)))
    model = options("timm/test_resnet")
    with pytest.raises(TrialError, match="stage a, seed 0 fits only 0 of the"):
        load_start(model.build(SHAPE, 4), model, start)


def test_the_normalisation_comes_along(tmp_path: Path) -> None:
    noted = Normalization(mean=(0.1, 0.2, 0.3), std=(0.5, 0.6, 0.7))
    (tmp_path / "normalization.json").write_text(json.dumps(noted.model_dump()))
    assert start_normalization(Start(tmp_path, "run 12ab")) == noted


@pytest.mark.parametrize(
    "text", [None, "{", "{}", '{"mean": [0.5], "std": [0.0]}', '{"mean": ["a"], "std": [1.0]}']
)
def test_a_training_that_noted_none_is_an_error_with_its_remedy(
    tmp_path: Path, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "normalization.json").write_text(text)
    with pytest.raises(TrialError, match=r"run 12ab does not say .* Set data.normalize"):
        start_normalization(Start(tmp_path, "run 12ab"))
