from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ablate.errors import TrialError
from ablate.models.basenet import BaseNetOptions
from ablate.spec.values import ImageShape

GREY = ImageShape(channels=1, height=28, width=28)
DIGIT = ImageShape(channels=1, height=8, width=8)


def parameters(options: BaseNetOptions, shape: ImageShape = GREY, num_classes: int = 10) -> int:
    return sum(weight.numel() for weight in options.build(shape, num_classes).parameters())


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({}, 4_414),
        ({"batch_norm": True}, 4_414 + 2 * 6 + 2 * 12),
        ({"hidden": (192,)}, 156 + 1_812 + 193 * 192 + 193 * 10),
        ({"hidden": (192, 12), "dropout": 0.5}, 156 + 1_812 + 193 * 192 + 193 * 12 + 13 * 10),
        (
            {"channels": (12, 24), "batch_norm": True, "hidden": (192, 12), "dropout": 0.5},
            83_974,
        ),
    ],
)
def test_parameters_are_exact(options: dict[str, object], count: int) -> None:
    assert parameters(BaseNetOptions.model_validate(options)) == count


def test_dilation_leaves_the_number_of_parameters() -> None:
    counts = {parameters(BaseNetOptions(num_convs=2, dilation=reach)) for reach in (1, 2, 4, 8)}
    assert len(counts) == 1


def test_layers_have_names_in_order() -> None:
    net = BaseNetOptions(num_convs=2, batch_norm=True, hidden=(20, 12), dropout=0.5).build(GREY, 10)
    assert " ".join(name for name, _ in net.named_children()) == (
        "conv1_1 bn1_1 relu1_1 conv1_2 bn1_2 relu1_2 pool1 "
        "conv2_1 bn2_1 relu2_1 conv2_2 bn2_2 relu2_2 pool2 "
        "flatten fc1 dropout1 relu3 fc2 dropout2 relu4 fc3"
    )


def test_default_equals_the_network_written_by_hand() -> None:
    net = BaseNetOptions().build(GREY, 10)
    functional = torch.nn.functional
    images = torch.randn(3, 1, 28, 28)
    x = functional.max_pool2d(functional.conv2d(images, net.conv1.weight, net.conv1.bias).relu(), 2)
    x = functional.max_pool2d(functional.conv2d(x, net.conv2.weight, net.conv2.bias).relu(), 2)
    x = functional.linear(x.flatten(1), net.fc1.weight, net.fc1.bias).relu()
    assert torch.equal(net(images), functional.linear(x, net.fc2.weight, net.fc2.bias))


@settings(max_examples=60, deadline=None)
@given(
    side=st.integers(1, 40),
    width=st.integers(1, 40),
    blocks=st.integers(1, 4),
    num_convs=st.integers(1, 3),
    kernel_size=st.sampled_from((1, 3, 5)),
    padding=st.sampled_from(("none", "same")),
    dilation=st.integers(1, 9),
)
def test_a_network_builds_exactly_where_no_problem_is_found(
    side: int,
    width: int,
    blocks: int,
    num_convs: int,
    kernel_size: int,
    padding: str,
    dilation: int,
) -> None:
    options = BaseNetOptions.model_validate(
        {
            "channels": (2,) * blocks,
            "num_convs": num_convs,
            "kernel_size": kernel_size,
            "padding": padding,
            "dilation": dilation,
        }
    )
    shape = ImageShape(channels=1, height=side, width=width)
    problems = options.problems(shape)
    if problems:
        with pytest.raises(TrialError, match="does not fit"):
            options.build(shape, 3)
        return
    assert options.build(shape, 3)(torch.zeros(2, 1, side, width)).shape == (2, 3)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({}, "kernel_size"),
        ({"kernel_size": 3}, "channels"),
        ({"channels": (4,) * 5}, "kernel_size"),
    ],
)
def test_maps_that_shrink_to_nothing_are_problems(options: dict[str, object], field: str) -> None:
    assert [where for where, _ in BaseNetOptions.model_validate(options).problems(DIGIT)] == [field]


def test_digits_fit_with_a_small_padded_kernel() -> None:
    options = BaseNetOptions(kernel_size=3, padding="same")
    assert options.problems(DIGIT) == []
    assert parameters(options, DIGIT) == 60 + 660 + (12 * 2 * 2 + 1) * 12 + 130


@pytest.mark.parametrize("num_convs", [1, 2])
@pytest.mark.parametrize("padding", ["none", "same"])
@pytest.mark.parametrize("dilation", range(2, 12))
def test_warns_exactly_where_the_outer_taps_see_only_padding(
    num_convs: int, padding: str, dilation: int
) -> None:
    options = BaseNetOptions.model_validate(
        {"num_convs": num_convs, "padding": padding, "dilation": dilation}
    )
    net = options.build(GREY, 10)
    sizes = [(conv.before, conv) for conv in options.blocks(GREY)[-1].convs]
    dead = [
        _outer_tap_is_dead(net.get_submodule(name), size)
        for name, (size, _) in zip(_last_convs(num_convs), sizes, strict=True)
    ]
    assert bool(options.warnings(GREY)) == any(dead)


def _last_convs(num_convs: int) -> list[str]:
    return ["conv2"] if num_convs == 1 else [f"conv2_{i + 1}" for i in range(num_convs)]


def _outer_tap_is_dead(conv: torch.nn.Module, size: tuple[int, int]) -> bool:
    """Whether the kernel's first column gets no gradient from any input."""
    torch.nn.functional.conv2d(
        torch.ones(1, conv.in_channels, *size),
        conv.weight,
        padding=conv.padding,
        dilation=conv.dilation,
    ).sum().backward()
    return bool((conv.weight.grad[..., 0] == 0).all())


def test_inert_fields_leave_the_network_as_it_is() -> None:
    assert BaseNetOptions(hidden=()).inert() == ("dropout",)
    assert BaseNetOptions(kernel_size=1).inert() == ("dilation", "padding")
    assert BaseNetOptions().inert() == ()
    for base, change in [
        ({"hidden": ()}, {"dropout": 0.5}),
        ({"kernel_size": 1}, {"dilation": 3}),
        ({"kernel_size": 1}, {"padding": "same"}),
    ]:
        nets = [
            BaseNetOptions.model_validate(tree).build(GREY, 10) for tree in (base, base | change)
        ]
        assert nets[0].load_state_dict(nets[1].state_dict())
        images = torch.randn(2, 1, 28, 28)
        torch.testing.assert_close(nets[0](images), nets[1](images))


@pytest.mark.parametrize(
    "options",
    [
        {"channels": ()},
        {"channels": (0,)},
        {"kernel_size": 4},
        {"dropout": 1.0},
        {"dilation": 0},
        {"num_convs": 0},
        {"hidden": (12.0,)},
    ],
)
def test_impossible_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        BaseNetOptions.model_validate(options)
