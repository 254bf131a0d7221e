from __future__ import annotations

from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from pydantic import ValidationError
from torchvision import models

from ablate import catalogue
from ablate.errors import TrialError
from ablate.models.torchvision_family import FAMILY, TorchvisionOptions
from ablate.models.torchvision_segmenters import TorchvisionSegmenterOptions
from ablate.spec.options import identity_tree, to_tree
from ablate.spec.values import IMAGENET, ImageShape

RGB = ImageShape(channels=3, height=64, width=64)
GREY = ImageShape(channels=1, height=64, width=64)
NAMES = catalogue.names("torchvision_segmentation")
SMALL = [name for name in NAMES if "mobilenet" in name]


def options(name: str, **fields: object) -> TorchvisionSegmenterOptions:
    tree = {"name": f"torchvision/{name}", **fields}
    return TorchvisionSegmenterOptions.model_validate(tree)


def published(name: str, **arguments: object) -> torch.nn.Module:
    """The network as torchvision would give it, without fetching anything."""
    return models.get_model(name, weights=None, weights_backbone=None, **arguments)


@pytest.mark.parametrize("name", NAMES)
def test_names_resolve_to_the_options_of_segmentation_networks(name: str) -> None:
    assert FAMILY.member(name) is TorchvisionSegmenterOptions
    ours = options(name, weights="coco")
    assert ours.tasks == ("segmentation",)
    assert ours.problems(RGB) == []
    assert ours.normalization() == IMAGENET
    assert options(name).normalization() is None
    assert TorchvisionSegmenterOptions.model_validate(to_tree(ours)) == ours


def test_classifiers_keep_their_options() -> None:
    assert FAMILY.member("resnet18") is TorchvisionOptions
    assert FAMILY.member("deeplab") is None
    assert set(NAMES) < set(FAMILY.names())


@pytest.mark.parametrize("name", SMALL)
def test_images_give_logits_of_their_own_size(name: str) -> None:
    net = options(name).build(GREY, 4)
    assert net.training
    logits = net(torch.randn(2, 1, 64, 64))
    assert logits.shape == (2, 4, 64, 64)
    torch.autograd.backward(logits.square().mean())
    assert all(weight.grad is not None for weight in net.parameters())
    with torch.no_grad():
        assert net.eval()(torch.randn(1, 1, 45, 70)).shape == (1, 4, 45, 70)


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in NAMES if name not in SMALL])
def test_the_large_networks_give_logits_of_the_images_size(name: str) -> None:
    net = options(name).build(RGB, 4)
    assert net(torch.randn(2, 3, 45, 70)).shape == (2, 4, 45, 70)


def test_the_network_is_torchvisions_own() -> None:
    torch.manual_seed(0)
    ours = options("lraspp_mobilenet_v3_large").build(RGB, 5)
    torch.manual_seed(0)
    theirs = published("lraspp_mobilenet_v3_large", num_classes=5)
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    assert all(
        torch.equal(one, other)
        for one, other in zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True)
    )


@pytest.mark.parametrize("key", ["aux_loss", "weights_backbone"])
def test_what_other_fields_decide_is_no_option(key: str) -> None:
    with pytest.raises(ValidationError, match=key):
        options("fcn_resnet50", options={key: True})


def test_an_option_that_torchvision_would_ignore_is_a_problem() -> None:
    ours = options("lraspp_mobilenet_v3_large", options={"inter_channels": 32})
    ((field, message),) = ours.problems(RGB)
    assert field == "options"
    assert "'inter_channels' would do nothing" in message


@pytest.mark.parametrize(
    ("weights", "hint"),
    [("cocoo", "Did you mean 'coco'"), ("x.pt", "Valid: coco, imagenet, random")],
)
def test_a_missing_file_is_a_problem(weights: str, hint: str) -> None:
    ((field, message),) = options("fcn_resnet50", weights=weights).problems(RGB)
    assert field == "weights"
    assert hint in message


def test_weights_of_another_kind_are_refused() -> None:
    rule = "random, imagenet, coco, {stage: NAME}, {run: ID} or the path"
    with pytest.raises(ValidationError, match=rule):
        options("fcn_resnet50", weights=3)


def test_the_path_of_a_file_is_no_identity() -> None:
    one, other = (options("fcn_resnet50", weights=path) for path in ("a.pt", "b.pt"))
    assert identity_tree(one) == identity_tree(other)


@pytest.mark.parametrize("weights", ["imagenet", "coco"])
def test_a_download_that_fails_names_the_remedy(
    weights: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise URLError("no network")

    monkeypatch.setattr(models._api, "load_state_dict_from_url", refuse)
    with pytest.raises(TrialError, match=r"cannot download.*no network.*model\.weights"):
        options("lraspp_mobilenet_v3_large", weights=weights).build(RGB, 2)


def test_imagenet_is_the_backbone(monkeypatch: pytest.MonkeyPatch) -> None:
    state = models.mobilenet_v3_large().state_dict()
    monkeypatch.setattr(models._api, "load_state_dict_from_url", lambda *_, **__: state)
    net = options("deeplabv3_mobilenet_v3_large", weights="imagenet").build(GREY, 2)
    loaded = net.backbone.state_dict()
    assert torch.equal(loaded["3.block.0.0.weight"], state["features.3.block.0.0.weight"])
    summed = state["features.0.0.weight"].sum(1, keepdim=True)
    assert torch.equal(loaded["0.0.weight"], summed), "RGB kernels serve one channel"


@pytest.mark.parametrize("name", SMALL)
def test_coco_is_all_but_the_last_layer(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    auxiliary = {"aux_loss": True} if "deeplab" in name else {}
    state = published(name, num_classes=21, **auxiliary).state_dict()
    monkeypatch.setattr(models._api, "load_state_dict_from_url", lambda *_, **__: state)
    loaded = options(name, weights="coco").build(RGB, 2).state_dict()
    fresh = {key for key, value in loaded.items() if value.shape != state[key].shape}
    heads = {"classifier.4"} if "deeplab" in name else {"classifier.low_classifier"}
    assert heads <= {key.rpartition(".")[0] for key in fresh}
    assert len(fresh) in (2, 4)
    assert all(torch.equal(loaded[key], state[key]) for key in loaded.keys() - fresh)
    assert not any(key.startswith("aux_classifier") for key in loaded)


def test_a_file_of_a_classifier_is_loaded_into_the_backbone(tmp_path: Path) -> None:
    source = models.mobilenet_v3_large()
    torch.save(source.state_dict(), tmp_path / "a.pth")
    ours = options("lraspp_mobilenet_v3_large", weights=str(tmp_path / "a.pth"))
    assert ours.files() == (tmp_path / "a.pth",)
    net = ours.build(RGB, 2)
    assert torch.equal(net.backbone["16"][0].weight, source.features[16][0].weight)


def test_a_file_of_the_whole_network_is_loaded_but_for_its_head(tmp_path: Path) -> None:
    source = options("lraspp_mobilenet_v3_large").build(RGB, 7)
    torch.save(source.state_dict(), tmp_path / "a.pth")
    net = options("lraspp_mobilenet_v3_large", weights=str(tmp_path / "a.pth")).build(RGB, 2)
    assert torch.equal(net.classifier.cbr[0].weight, source.classifier.cbr[0].weight)
    assert torch.equal(net.backbone["0"][0].weight, source.backbone["0"][0].weight)
    assert net.classifier.low_classifier.out_channels == 2


def test_a_file_of_another_architecture_is_refused(tmp_path: Path) -> None:
    torch.save(models.resnet18().state_dict(), tmp_path / "a.pth")
    with pytest.raises(TrialError, match="weights of another architecture"):
        options("lraspp_mobilenet_v3_large", weights=str(tmp_path / "a.pth")).build(RGB, 2)
