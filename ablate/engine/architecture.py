"""A network as a table of its layers: type, output shape, parameters, connections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from ablate.engine.trace import Call, trace
from ablate.spec.values import ImageShape

#: Types without a row: functions that rearrange values or do nothing in evaluation, and constants.
# fmt: off
_SILENT = frozenset([
    "Buffer", "Identity", "chunk", "clone", "contiguous", "detach", "dropout", "expand",
    "expand_as", "float", "getattr", "getitem", "permute", "reshape", "split", "squeeze",
    "stochastic_depth", "swapaxes", "to", "transpose", "type", "unbind", "unflatten", "unsqueeze",
    "view", "view_as",
])
# fmt: on


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One layer, one operation between layers, or parameters that no layer owns.

    ``number`` counts from 1. ``output_shape`` is without the batch. ``parameters`` counts elements;
    those that several layers share count in the first. ``connected_to`` names the rows whose
    outputs it reads. The fields of convolutions and linear layers are ``None`` elsewhere.
    """

    number: int
    name: str
    type: str
    output_shape: tuple[int, ...]
    parameters: int
    connected_to: tuple[str, ...]
    in_channels: int | None = None
    out_channels: int | None = None
    kernel_size: tuple[int, ...] | None = None
    stride: tuple[int, ...] | None = None
    dilation: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Architecture:
    """The layers of a network, and the floating-point operations of one image (``None`` where not countable)."""

    rows: tuple[LayerRow, ...]
    flops: int | None


def describe(model: nn.Module, shape: ImageShape) -> tuple[LayerRow, ...]:
    """The rows of :func:`architecture_of`."""
    return architecture_of(model, shape).rows


def architecture_of(model: nn.Module, shape: ImageShape) -> Architecture:
    """The layers of ``model`` in the order in which an image of ``shape`` passes them.

    Runs the model once on one image, in evaluation mode; the model stays as it was. The rows'
    parameters add up to the model's. Functions that only rearrange (``reshape``) have no row, and
    connections pass through them.
    """
    seen: set[int] = set()
    shown: dict[str, tuple[str, ...]] = {}
    rows: list[LayerRow] = []
    traced = trace(model, _image(model, shape))
    for call in traced.calls:
        sources = _resolve(call.inputs, shown)
        if call.shape is None or call.type in _SILENT:
            shown[call.name] = () if call.shape is None else sources
            continue
        shown[call.name] = (call.name,)
        rows.append(_row(call, len(rows) + 1, sources, seen))
    return Architecture((*rows, *_unseen(model, len(rows) + 1, seen)), traced.flops)


def to_markdown(rows: Sequence[LayerRow]) -> str:
    """The rows as a Markdown table that ends with the total.

    >>> print(to_markdown([LayerRow(1, "fc", "Linear", (10,), 7850, ("input",))]))
    |  # | layer | type | output shape | parameters | connected to |
    |---:|-------|------|--------------|-----------:|--------------|
    |  1 | fc | Linear | 10 | 7,850 | input |
    |    | **total** | | | **7,850** | |
    """
    lines = [
        "|  # | layer | type | output shape | parameters | connected to |",
        "|---:|-------|------|--------------|-----------:|--------------|",
    ]
    lines += [_line(row) for row in rows]
    total = sum(row.parameters for row in rows)
    return "\n".join([*lines, f"|    | **total** | | | **{total:,}** | |"])


def _line(row: LayerRow) -> str:
    shape = " x ".join(map(str, row.output_shape))
    sources = ", ".join(row.connected_to)
    return (
        f"| {row.number:2} | {row.name} | {row.type} | {shape} | {row.parameters:,} | {sources} |"
    )


def _image(model: nn.Module, shape: ImageShape) -> torch.Tensor:
    first = next(model.parameters(), torch.empty(0))
    return torch.zeros(
        1, shape.channels, shape.height, shape.width, dtype=first.dtype, device=first.device
    )


def _resolve(inputs: Sequence[str], shown: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    names = [name for source in inputs for name in shown.get(source, (source,))]
    return tuple(dict.fromkeys(names))


def _row(call: Call, number: int, sources: tuple[str, ...], seen: set[int]) -> LayerRow:
    own = {id(parameter): parameter for parameter in call.parameters if id(parameter) not in seen}
    seen.update(own)
    return LayerRow(
        number=number,
        name=call.name,
        type=call.type,
        output_shape=call.shape or (),
        parameters=sum(parameter.numel() for parameter in own.values()),
        connected_to=sources,
        in_channels=_integer(call.module, "in_channels", "in_features"),
        out_channels=_integer(call.module, "out_channels", "out_features"),
        kernel_size=_sides(call.module, "kernel_size"),
        stride=_sides(call.module, "stride"),
        dilation=_sides(call.module, "dilation"),
    )


def _integer(module: nn.Module | None, *names: str) -> int | None:
    values = [getattr(module, name, None) for name in names]
    return next((value for value in values if isinstance(value, int)), None)


def _sides(module: nn.Module | None, name: str) -> tuple[int, ...] | None:
    value = getattr(module, name, None)
    if isinstance(value, int):
        return (value, value)
    return tuple(value) if isinstance(value, tuple) else None


def _unseen(model: nn.Module, first: int, seen: set[int]) -> list[LayerRow]:
    """Parameters that no layer which ran owns, such as a class token, or layers never used."""
    left = [(name, item) for name, item in model.named_parameters() if id(item) not in seen]
    return [
        LayerRow(number, name, "Parameter", tuple(item.shape), item.numel(), ())
        for number, (name, item) in enumerate(left, first)
    ]
