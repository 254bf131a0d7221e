"""Every optimizer of torch that a plain ``step()`` drives, as options made from the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, create_model, model_validator

from ablate import catalogue
from ablate.catalogue import OptimizerEntry
from ablate.errors import TrialError
from ablate.optim.arguments import contradiction, option
from ablate.spec.options import invalid, to_tree
from ablate.spec.sections import OptimizerOptions

if TYPE_CHECKING:
    import torch


class TorchOptimizerOptions(OptimizerOptions):
    """The arguments of a class of ``torch.optim``, with torch's defaults."""

    entry: ClassVar[OptimizerEntry]

    @model_validator(mode="after")
    def _fit_each_other(self) -> Self:
        found = contradiction({name: getattr(self, name) for name in self.entry.arguments})
        if found is not None:
            raise invalid(*found)
        return self

    def build(self, parameters: Sequence[Any]) -> torch.optim.Optimizer:
        """The optimizer over tensors or parameter groups, with the fastest implementation torch has.

        Raises:
            ablate.errors.TrialError: torch refuses a value.
        """
        import torch

        cls = getattr(torch.optim, self.entry.class_name)
        arguments = {name: getattr(self, name) for name in self.entry.arguments}
        if _device(parameters) in self.entry.fused:
            arguments["fused"] = True
        elif self.entry.foreach:
            arguments["foreach"] = True
        try:
            optimizer: torch.optim.Optimizer = cls(parameters, **arguments)
        except ValueError as error:
            raise TrialError(f"optimizer {self.name}: {error}") from error
        return optimizer

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.name, to_tree(self))


class TorchOptimizers:
    """The optimizers by their class's name in lower case."""

    def names(self) -> tuple[str, ...]:
        """The optimizers of the catalogue, sorted."""
        return catalogue.names("optimizers")

    def member(self, name: str) -> type[TorchOptimizerOptions] | None:
        """The options of one optimizer; asks torch about names that the catalogue lacks."""
        return _options(name)


FAMILY = TorchOptimizers()


@cache
def _options(name: str) -> type[TorchOptimizerOptions] | None:
    entry = catalogue.optimizer(name) or _ask_torch(name)
    if entry is None:
        return None
    fields: dict[str, Any] = {key: option(key, item) for key, item in entry.arguments.items()}
    fields["name"] = (Annotated[Literal[name], Field(description="The optimizer.")], name)
    cls: type[TorchOptimizerOptions] = create_model(
        f"{entry.class_name}Options",
        __base__=TorchOptimizerOptions,
        __module__=__name__,
        __doc__=f"``torch.optim.{entry.class_name}``.",
        **fields,
    )
    cls.entry = entry
    return cls


def _ask_torch(name: str) -> OptimizerEntry | None:
    from ablate.catalogue import from_torch

    found = from_torch.entries().get(name)
    return None if found is None else OptimizerEntry.from_json(found)


def _restore(name: str, tree: dict[str, Any]) -> TorchOptimizerOptions:
    cls = _options(name)
    if cls is None:
        raise LookupError(f"this torch has no optimizer {name!r}")
    return cls.model_validate(tree)


def _device(parameters: Sequence[Any]) -> str | None:
    """The type of the one device that holds every parameter; ``None`` if there are several."""
    groups = [item["params"] if isinstance(item, dict) else [item] for item in parameters]
    devices = {tensor.device.type for group in groups for tensor in group}
    return devices.pop() if len(devices) == 1 else None
