"""Catalogue entries of torch's optimizers, read from their constructors' signatures."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

#: Left out: LBFGS needs a closure, SparseAdam sparse gradients, Muon takes matrices only.
_UNFIT = {"LBFGS", "Muon", "Optimizer", "SparseAdam"}

#: Arguments that choose an implementation, not a result; ``maximize`` would ascend the loss.
_INTERNAL = {"self", "params", "foreach", "fused", "maximize", "capturable", "differentiable"}

#: Fused on the CPU alone by some of the versions of torch that are supported.
_FUSED_ON_CPU_ALONE = {"Adagrad"}


def entries() -> dict[str, dict[str, Any]]:
    """Every optimizer of the installed torch that a plain ``step()`` drives: name to entry."""
    import torch

    found = (getattr(torch.optim, name) for name in dir(torch.optim))
    classes = [
        item
        for item in found
        if inspect.isclass(item)
        and issubclass(item, torch.optim.Optimizer)
        and item.__name__ not in _UNFIT
    ]
    return {cls.__name__.lower(): describe(cls) for cls in classes}


def describe(cls: type[torch.optim.Optimizer]) -> dict[str, Any]:
    """The entry of one optimizer class."""
    parameters = inspect.signature(cls).parameters
    arguments = {
        name: _argument(str(item.annotation), item.default)
        for name, item in parameters.items()
        if name not in _INTERNAL
    }
    entry: dict[str, Any] = {"class": cls.__name__, "arguments": arguments}
    if "fused" in parameters:
        alone = cls.__name__ in _FUSED_ON_CPU_ALONE
        entry["fused"] = ["cpu"] if alone else ["cpu", "cuda"]
    if "foreach" in parameters:
        entry["foreach"] = True
    return entry


def _argument(annotation: str, default: Any) -> dict[str, Any]:
    """Kind and default, as JSON.

    >>> _argument("tuple[float | None, float]", (None, 1))
    {'kind': 'float?,float', 'default': [None, 1.0]}
    """
    parts = re.fullmatch(r"tuple\[(.*)\]", annotation, re.IGNORECASE)
    kinds = [_kind(part) for part in (parts[1].split(",") if parts else [annotation])]
    values = [
        float(value) if kind.startswith("float") and value is not None else value
        for kind, value in zip(kinds, default if parts else [default], strict=True)
    ]
    return {"kind": ",".join(kinds), "default": values if parts else values[0]}


def _kind(annotation: str) -> str:
    for kind in ("bool", "float", "int"):
        if re.search(rf"\b{kind}\b", annotation):
            optional = "None" in annotation or "Optional" in annotation
            return kind + ("?" if optional else "")
    raise ValueError(f"an optimizer's argument of a kind not known yet: {annotation}")
