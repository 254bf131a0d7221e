"""From an optimizer's arguments, as the catalogue has them, to fields of options with their bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from ablate.catalogue.entries import Argument

_KINDS: dict[str, Any] = {"bool": bool, "float": float, "int": int}

#: What torch demands of its arguments; of all others that they are not negative.
_BOUNDS: dict[str, dict[str, float]] = {
    "beta2_decay": {"le": 0.0},
    "betas": {"ge": 0.0, "lt": 1.0},
    "d": {"ge": 1.0},
    "etas": {"gt": 0.0},
    "lr": {"gt": 0.0},
    "rho": {"ge": 0.0, "le": 1.0},
    "step_sizes": {"gt": 0.0},
}

_MEANINGS = {
    "lr": "The learning rate.",
    "weight_decay": "Strength of the pull of weights towards 0.",
    "momentum": "Share of the last step that the next one keeps.",
    "betas": "Decay of the running averages of the gradient and of its square.",
    "eps": "Added to denominators, against division by 0.",
}


def option(name: str, argument: Argument) -> tuple[Any, Any]:
    """Type and default of the field for ``argument``, as ``pydantic.create_model`` takes them."""
    bounds = _BOUNDS.get(name, {"ge": 0.0})
    parts = tuple(_part(kind, bounds) for kind in argument.kind.split(","))
    annotation = tuple[parts] if len(parts) > 1 else parts[0]  # type: ignore[valid-type]
    described = Field(description=_MEANINGS.get(name, f"As torch's ``{name}``."))
    return Annotated[annotation, described], argument.default


def _part(kind: str, bounds: Mapping[str, Any]) -> Any:
    base = _KINDS[kind.rstrip("?")]
    bounded = base if base is bool else Annotated[base, Field(**bounds)]
    return bounded | None if kind.endswith("?") else bounded


def contradiction(arguments: Mapping[str, Any]) -> tuple[str, str] | None:
    """The rule that values break together, and the remedy; ``None`` if they fit each other.

    >>> contradiction({"nesterov": True, "momentum": 0.0, "dampening": 0.0})
    ('nesterov needs a momentum and no dampening', 'Set momentum: 0.9 or nesterov: false')
    """
    if arguments.get("nesterov") and (arguments["momentum"] <= 0 or arguments["dampening"] != 0):
        remedy = "Set momentum: 0.9 or nesterov: false"
        return "nesterov needs a momentum and no dampening", remedy
    smaller, larger = arguments.get("etas", (0.5, 1.2))
    if not smaller < 1.0 < larger:
        return f"etas must lie on both sides of 1, not {smaller}, {larger}", "torch's: [0.5, 1.2]"
    least, most = arguments.get("step_sizes", (0.0, 1.0))
    if least > most:
        return f"step_sizes must be smallest, largest, not {least}, {most}", "torch's: [1e-6, 50]"
    return None
