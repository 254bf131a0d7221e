from __future__ import annotations

import subprocess
import sys

import pytest

from ablate import catalogue
from ablate.catalogue import (
    from_smp,
    from_smp_encoders,
    from_timm,
    from_torch,
    from_torchvision,
    from_torchvision_segmentation,
)
from ablate.catalogue.__main__ import render
from ablate.catalogue.meta import on_meta
from ablate.catalogue.probe import CLASSES, classifies, smallest_side

TIMM_SAMPLE = (
    *(
        "convnext_atto",
        "dla34",
        "levit_128s",
        "mobilenetv3_small_050",
        "resnet18",
        "swin_tiny_patch4_window7_224",
    ),
    *("davit_giant", "tf_efficientnet_lite0", "vgg11", "vit_tiny_patch16_224"),
)

ENCODER_SAMPLE = (
    *("densenet121", "dpn68", "mit_b0", "mobilenet_v2", "resnext101_32x4d", "timm-skresnet18"),
    *("timm/convnext_atto", "timm/efficientformer_l1", "timm/hiera_tiny_224", "timm/tresnet_m"),
    *("timm/inception_v3", "timm/qwen3_vit_88m_enc", "timm/swin_tiny_patch4_window7_224"),
    *("timm/vit_tiny_patch16_224", "timm/xcit_nano_12_p8_224"),
)


def test_all_kinds_of_names_are_there_and_sorted() -> None:
    least_of = {"optimizers": 12, "smp": 12, "smp_encoders": 900, "timm": 1200, "torchvision": 80}
    for library, least in least_of.items():
        names = catalogue.names(library)
        assert len(names) >= least
        assert list(names) == sorted(names)


def test_optimizers_agree_with_the_installed_torch() -> None:
    assert catalogue._read("optimizers") == from_torch.entries()


@pytest.mark.parametrize("name", TIMM_SAMPLE)
def test_timm_agrees_with_the_installed_one(name: str) -> None:
    assert catalogue._read("timm")[name] == from_timm.describe(name)


def test_every_entry_of_timm_can_be_read() -> None:
    for name in catalogue.names("timm"):
        entry = catalogue.timm_model(name)
        assert entry is not None
        assert len(entry.mean) == len(entry.std) == 3


@pytest.mark.parametrize("name", catalogue.names("timm")[::100])
def test_a_sample_of_timm_builds(name: str) -> None:
    import timm

    entry = catalogue.timm_model(name)
    assert classifies(on_meta(timm.create_model, name, num_classes=CLASSES), *entry.size)


@pytest.mark.parametrize("name", ["alexnet", "googlenet", "swin_t", "vit_b_16"])
def test_torchvision_agrees_with_the_installed_one(name: str) -> None:
    assert catalogue._read("torchvision")[name] == from_torchvision.describe(name)


@pytest.mark.parametrize("name", catalogue.names("torchvision"))
def test_every_network_of_torchvision_builds(name: str) -> None:
    from torchvision import models

    entry = catalogue.torchvision_model(name)
    net = on_meta(models.get_model, name, num_classes=CLASSES, **from_torchvision.quiet(name))
    if entry.size_argument:
        assert classifies(net, 224)
        return
    assert classifies(net, entry.min_side)
    assert not classifies(net, entry.min_side - 1)


@pytest.mark.parametrize("name", ["dpt", "fpn", "pan", "unet"])
def test_architectures_agree_with_the_installed_library(name: str) -> None:
    assert catalogue._read("smp")[name] == from_smp.describe(name)


def test_every_architecture_of_the_installed_library_is_there() -> None:
    assert set(catalogue.names("smp")) == set(from_smp.architectures())


@pytest.mark.filterwarnings("ignore:Encoder does not have prefix tokens")
@pytest.mark.parametrize("name", ENCODER_SAMPLE)
def test_encoders_agree_with_the_installed_libraries(name: str) -> None:
    assert catalogue._read("smp_encoders").get(name) == from_smp_encoders.describe(name)


def test_every_encoder_can_be_read_and_the_librarys_own_are_all_there() -> None:
    import segmentation_models_pytorch as smp

    names = catalogue.names("smp_encoders")
    assert set(smp.encoders.encoders) == {name for name in names if not name.startswith("timm/")}
    for name in names:
        entry = catalogue.smp_encoder(name)
        assert entry is not None
        assert entry.pyramid or entry.dpt
        assert set(entry.strides) <= {8, 16}
        assert len(entry.mean) == len(entry.std) == 3
        assert (entry.sizing == "fixed") == bool(entry.size)


def test_segmentation_networks_of_torchvision_agree_with_the_installed_one() -> None:
    entries = from_torchvision_segmentation.entries()
    assert catalogue._read("torchvision_segmentation") == entries


@pytest.mark.parametrize(
    ("name", "smallest"), [("convnext_atto", 32), ("vgg11", 32), ("resnet18", 1)]
)
def test_the_smallest_image_is_the_smallest_in_fact(name: str, smallest: int) -> None:
    import timm
    import torch

    net = timm.create_model(name, num_classes=2).eval()
    assert catalogue.timm_model(name).min_side == smallest
    assert net(torch.zeros(1, 3, smallest, smallest)).shape == (1, 2)
    if smallest > 1:
        with pytest.raises(RuntimeError):
            net(torch.zeros(1, 3, smallest - 1, smallest - 1))


def test_names_that_are_not_there_are_none() -> None:
    assert catalogue.timm_model("resnet5O") is None
    assert catalogue.timm_model("resnet50.no_such_tag") is None
    assert catalogue.torchvision_model("resnet5O") is None
    assert catalogue.optimizer("adamm") is None
    assert catalogue.smp_architecture("unett") is None
    assert catalogue.smp_encoder("resnet5O") is None
    assert catalogue.smp_encoder("timm/resnet50.no_such_tag") is None
    assert catalogue.torchvision_segmenter("resnet50") is None


def test_rendering_sorts_and_keeps_one_line_an_entry() -> None:
    text = render("pip", {"b": {"x": [1]}, "a": {}})
    assert text.splitlines()[1:] == ['"a": {},', '"b": {"x": [1]}', "}}"]


@pytest.mark.parametrize("border", [2, 3, 29, 63, 223])
def test_the_border_of_sizes_is_found(border: int) -> None:
    assert smallest_side(lambda side: side >= border, 224) == border


def test_reading_checking_and_planning_import_no_torch() -> None:
    program = """
import sys
from ablate.losses import TABLE as losses
from ablate.models import TABLE as models
from ablate.optim import OPTIMIZERS, SCHEDULERS
from ablate.spec.values import ImageShape

shape = ImageShape(channels=3, height=32, width=32)
assert len(models.names()) > 1200
for name in ("basenet", "timm/vit_tiny_patch16_224", "torchvision/vit_b_16"):
    options = models.get(name)(name=name)
    options.problems(shape), options.warnings(shape), options.inert(), options.normalization()
models.get("timm/resnet50.a1_in1k")(name="timm/resnet50.a1_in1k", weights="imagenet").normalization()
from ablate.models.smp_family import FAMILY
for name in ("deeplabv3_resnet50", "lraspp_mobilenet_v3_large"):
    name = f"torchvision/{name}"
    models.get(name)(name=name, weights="coco").problems(shape)
for encoder in ("mobilenet_v2", "timm/resnet18.a1_in1k", "tu-tf_efficientnet_lite0"):
    options = FAMILY.member("unet")(name="smp/unet", encoder=encoder, weights="imagenet")
    options.problems(shape), options.warnings(shape), options.inert(), options.normalization()
assert len(FAMILY.names()) == 12
for name in OPTIMIZERS.names():
    OPTIMIZERS.get(name)(name=name)
for table in (losses, SCHEDULERS):
    for name in table.names():
        table.get(name)
heavy = {"torch", "torchvision", "timm", "segmentation_models_pytorch", "numpy", "scipy"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", program], check=True)
