"""The contract of models: cases for every line of the table, and what each must fulfil.

A model of one's own is tested by ``check_model(ModelCase("mine", {...}))``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ablate.registry import table
from ablate.spec.options import to_tree
from ablate.spec.sections import ModelOptions
from ablate.spec.values import ImageShape

GREY_28 = ImageShape(channels=1, height=28, width=28)
RGB_32 = ImageShape(channels=3, height=32, width=32)
RGB_64 = ImageShape(channels=3, height=64, width=64)
ODD = ImageShape(channels=3, height=67, width=93)


@dataclass(frozen=True, slots=True)
class ModelCase:
    """A model with options, and the images it is tried on."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    shape: ImageShape = RGB_32
    num_classes: int = 5

    def parse(self) -> ModelOptions:
        """The options as a study file would give them."""
        tree = {"name": self.name, **self.options}
        parsed: ModelOptions = table("model").get(self.name).model_validate(tree)
        return parsed

    def __str__(self) -> str:
        return f"{self.name} {dict(self.options)} {self.shape}"


#: Every line of the table; a few of each family.
CASES = (
    ModelCase("basenet", shape=GREY_28),
    ModelCase("basenet", {"num_convs": 3, "batch_norm": True, "dilation": 3}, GREY_28),
    ModelCase("basenet", {"channels": (4, 8, 8), "kernel_size": 3, "padding": "same"}, RGB_32),
    ModelCase("basenet", {"hidden": (), "kernel_size": 1}, GREY_28),
    ModelCase("basenet", {"hidden": (16, 8), "dropout": 0.3}, RGB_32),
    ModelCase("conv_head", {"encoder": "timm/resnet10t"}, RGB_64),
    ModelCase(
        "conv_head",
        {"encoder": "timm/resnet10t", "num_convs": 3, "dilation": 2, "activation_on_logits": True},
        ODD,
    ),
    ModelCase("fcn8s", {"encoder": "timm/resnet10t", "width": 0.125}, GREY_28),
    ModelCase("fcn8s", {"encoder": "vgg16_bn", "width": 0.0625, "skip": ()}, ODD),
    ModelCase("smp/linknet", {"encoder": "resnet18"}, RGB_64),
    ModelCase("smp/unet", {"encoder": "timm/mobilenetv3_small_050"}, RGB_64),
    ModelCase("timm/resnet18", {"drop_path": 0.1, "dropout": 0.2}),
    ModelCase("timm/tf_efficientnet_lite0", {}, GREY_28),
    ModelCase("timm/vit_tiny_patch16_224", {"options": {"patch_size": 4}}),
    ModelCase("torchvision/mobilenet_v2", {"options": {"dropout": 0.0}}),
    ModelCase("torchvision/resnet18", {}, GREY_28),
    ModelCase("torchvision/lraspp_mobilenet_v3_large", {}, RGB_64),
    ModelCase("vgg16_fcn", {"width": 0.125}),
    ModelCase("vgg16_fcn", {"stride": 16, "width": 0.0625, "dropout": 0.5}, GREY_28),
    ModelCase("vgg16_fcn", {"stride": 4, "width": 0.0625, "batch_norm": True}, ODD),
)


def check_model(case: ModelCase) -> None:
    """Assert that a model fulfils what training relies on."""
    options = case.parse()
    assert type(options).model_validate(to_tree(options)) == options
    assert options.problems(case.shape) == []
    assert set(options.inert()) <= set(type(options).model_fields)
    assert all(name in type(options).model_fields for name, _ in options.warnings(case.shape))
    assert options.normalization() is None, "without weights there is no normalisation of theirs"
    _check_logits_and_gradients(options, case)
    _check_head(options, case)
    _check_seeding(options, case)


def _check_logits_and_gradients(options: ModelOptions, case: ModelCase) -> None:
    import torch

    net = options.build(case.shape, case.num_classes)
    assert net.training
    images = torch.randn(4, case.shape.channels, case.shape.height, case.shape.width)
    masks = "segmentation" in options.tasks
    places = images.shape[2:] if masks else torch.Size()
    logits = net(images)
    assert logits.shape == (4, case.num_classes, *places)
    assert logits.dtype == torch.float32
    assert torch.isfinite(logits).all()
    target = torch.arange(4 * places.numel()).reshape(4, *places)
    loss = torch.nn.functional.cross_entropy(logits, target % case.num_classes)
    torch.autograd.backward(loss)
    without = [name for name, weight in net.named_parameters() if weight.grad is None]
    assert not without, f"no gradient reaches {without}"


def _check_head(options: ModelOptions, case: ModelCase) -> None:
    net = options.build(case.shape, case.num_classes)
    modules = [net.get_submodule(name) for name in options.head(net)]
    of_head = {id(weight) for module in modules for weight in module.parameters()}
    assert 0 < len(of_head) < len(list(net.parameters())), "a head and an encoder"
    if "classification" in options.tasks:
        last = next(reversed(list(modules[0].parameters())))
        assert last.shape[0] == case.num_classes, "the head gives the logits"


def _check_seeding(options: ModelOptions, case: ModelCase) -> None:
    import torch

    def weights(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        net = options.build(case.shape, case.num_classes)
        return torch.cat([weight.detach().flatten() for weight in net.parameters()])

    first = weights(0)
    assert torch.equal(first, weights(0)), "the same seed gives the same weights"
    assert not torch.equal(first, weights(1)), "another seed gives others"
