"""What a network computes, call by call: symbolically where ``torch.fx`` can, else by hooks."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, fx, nn

from ablate.engine.flops import FlopCount, countable

#: The name under which the image appears among a call's inputs.
INPUT = "input"


@dataclass(frozen=True, slots=True)
class Call:
    """One step of the forward pass: a layer, a function or a parameter that is read.

    ``shape`` is its output's, without the batch; ``None`` where that is not a tensor. ``inputs``
    names earlier calls or :data:`INPUT`. ``module`` is ``None`` but for a layer.
    """

    name: str
    type: str
    shape: tuple[int, ...] | None
    inputs: tuple[str, ...]
    module: nn.Module | None = None
    parameters: tuple[nn.Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """A forward pass: its calls, and its floating-point operations (``None`` where they cannot be counted)."""

    calls: list[Call]
    flops: int | None


def trace(model: nn.Module, image: Tensor) -> Trace:
    """The calls by which ``model`` computes its output from one ``image`` (1, C, H, W).

    Functions and the inputs of all calls are known where the model can be traced symbolically;
    otherwise layers only, and of their inputs those that come straight from another layer.
    """
    with _evaluating(model), torch.no_grad(), countable():
        for way in (_symbolic, _hooked):
            count = FlopCount()
            # Tracing runs the model's code on symbols, and counting between its operations: that may raise anything.
            # An error of the model itself comes up again at the end.
            with suppress(Exception):
                return Trace(way(model, image, count), count.total)
        return Trace(_hooked(model, image, nullcontext()), None)


def is_layer(module: nn.Module) -> bool:
    """Whether a module is one row: a module of torch, a norm or convolution, or one without parts."""
    if isinstance(module, nn.Sequential):
        return False
    return (
        type(module).__module__.startswith("torch.nn")
        or isinstance(module, nn.Linear | nn.Conv2d | nn.BatchNorm2d | nn.LayerNorm | nn.GroupNorm)
        or next(module.children(), None) is None
    )


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


class _Tracer(fx.Tracer):
    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return is_layer(m)


class _Recorder(fx.Interpreter):
    """Runs a graph on real tensors and notes every call."""

    def __init__(self, model: nn.Module, graph: fx.Graph) -> None:
        super().__init__(model, graph=graph)
        self.calls: list[Call] = []
        self._names: dict[fx.Node, str] = {}
        self._uses: Counter[str] = Counter()

    def run_node(self, n: fx.Node) -> Any:
        result = super().run_node(n)
        if n.op == "placeholder" and isinstance(result, Tensor):
            self._names[n] = INPUT
        if n.op not in ("placeholder", "output"):
            self._names[n] = self._name(n)
            self.calls.append(self._call(n, result))
        return result

    def _name(self, node: fx.Node) -> str:
        if node.op not in ("call_module", "get_attr"):
            return node.name
        return _numbered(str(node.target), self._uses)

    def _call(self, node: fx.Node, result: Any) -> Call:
        name, shape = self._names[node], _shape(result)
        # Optional arguments of the model that are not given have no name.
        known = [source for source in node.all_input_nodes if source in self._names]
        inputs = tuple(self._names[source] for source in known)
        if node.op == "call_module":
            module = self.fetch_attr(str(node.target))
            parameters = tuple(module.parameters())
            return Call(name, type(module).__name__, shape, inputs, module, parameters)
        if node.op == "get_attr":
            own = (result,) if isinstance(result, nn.Parameter) else ()
            kind = "Parameter" if own else "Buffer"
            return Call(name, kind, tuple(result.shape), inputs, parameters=own)
        kind = node.target if isinstance(node.target, str) else _function_name(node.target)
        return Call(name, kind, shape, inputs)


def _symbolic(model: nn.Module, image: Tensor, count: AbstractContextManager[Any]) -> list[Call]:
    # A shallow copy, because the tracer may hang constants on the root module.
    root = copy.copy(model)
    recorder = _Recorder(root, _Tracer().trace(root))
    with count:
        recorder.run(image)
    return recorder.calls


def _hooked(model: nn.Module, image: Tensor, count: AbstractContextManager[Any]) -> list[Call]:
    calls: list[Call] = []
    sources: dict[int, str] = {id(image): INPUT}
    # Outputs are kept alive, so that no two of them share an id.
    outputs: list[Any] = []
    uses: Counter[str] = Counter()

    def note(name: str, module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        label = _numbered(name, uses)
        known = tuple(sources[id(item)] for item in inputs if id(item) in sources)
        parameters = tuple(module.parameters())
        calls.append(Call(label, type(module).__name__, _shape(output), known, module, parameters))
        outputs.append(output)
        sources[id(_tensor(output))] = label

    handles = [
        module.register_forward_hook(partial(note, name)) for name, module in _layers(model, "")
    ]
    try:
        with count:
            model(image)
    finally:
        for handle in handles:
            handle.remove()
    return calls


def _layers(module: nn.Module, prefix: str) -> Iterator[tuple[str, nn.Module]]:
    for name, child in module.named_children():
        path = f"{prefix}{name}"
        if is_layer(child):
            yield path, child
        else:
            yield from _layers(child, f"{path}.")


def _numbered(name: str, uses: Counter[str]) -> str:
    """A layer that runs again gets a number, as in ``relu (2)``."""
    uses[name] += 1
    return name if uses[name] == 1 else f"{name} ({uses[name]})"


def _function_name(function: Any) -> str:
    return str(getattr(function, "__name__", function)).strip("_")


def _tensor(value: Any) -> Any:
    return value[0] if isinstance(value, tuple | list) and value else value


def _shape(value: Any) -> tuple[int, ...] | None:
    found = _tensor(value)
    if not isinstance(found, Tensor):
        return None
    shape = tuple(found.shape)
    return shape[1:] if shape[:1] == (1,) else shape
