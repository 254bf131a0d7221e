"""Every classifier of timm, ``timm/<name>`` or ``timm/<name>.<tag of its weights>``. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from ablate import catalogue
from ablate.catalogue import TimmEntry
from ablate.models.library import LibraryModelOptions, too_small
from ablate.spec.values import ImageShape, Normalization

if TYPE_CHECKING:
    import torch

PREFIX = "timm/"

Rate = Annotated[float, Field(ge=0.0, lt=1.0)]


class TimmOptions(LibraryModelOptions):
    """A classifier of timm (Wightman, 2019)."""

    reserved: ClassVar[Mapping[str, str]] = {
        "checkpoint_path": "model.weights",
        "drop_path_rate": "model.drop_path",
        "drop_rate": "model.dropout",
        "img_size": "data.size",
        "in_chans": "the images' channels",
        "num_classes": "the data set's classes",
        "pretrained": "model.weights",
        "pretrained_cfg": "model.weights",
        "pretrained_cfg_overlay": "model.weights",
    }

    dropout: Rate | None = None
    """Dropout before the head; ``null``: the network's own default."""
    drop_path: Rate | None = None
    """Stochastic depth (Huang et al., 2016); ``null``: the network's own default."""

    @property
    def libraries(self) -> tuple[str, ...]:
        """See :class:`~ablate.spec.sections.ModelOptions`."""
        return ("timm",)

    @property
    def architecture(self) -> str:
        """The name that timm knows it by."""
        return self.name.removeprefix(PREFIX)

    @property
    def entry(self) -> TimmEntry:
        """What the catalogue, or else timm, knows of it."""
        found = entry(self.architecture)
        if found is None:
            raise LookupError(f"timm has no classifier {self.architecture!r}")
        return found

    def own_normalization(self) -> Normalization:
        """Mean and std of timm's own weights."""
        return Normalization(mean=self.entry.mean, std=self.entry.std)

    def problems(self, shape: ImageShape) -> list[tuple[str, str]]:
        """Weights that are not there, a dropout it does not have, images it cannot take."""
        found = super().problems(shape)
        if self.weights == "imagenet" and not self.entry.weights:
            found.append(("weights", f"timm has no pre-trained weights of {self.architecture}"))
        if self.dropout is not None and not self.entry.dropout:
            found.append(("dropout", f"{self.name} has no dropout; leave it null"))
        if self.drop_path is not None and not self.entry.drop_path:
            found.append(("drop_path", f"{self.name} has no stochastic depth; leave it null"))
        return found

    def size_problems(self, shape: ImageShape) -> list[tuple[str, str]]:
        """Images below its smallest size, or of another than its only one."""
        height, width = self.entry.size
        if self.entry.sizing == "fixed" and (shape.height, shape.width) != (height, width):
            size = str(height) if height == width else f"[{height}, {width}]"
            message = f"{self.name} takes images of {height} x {width} only; set data.size: {size}"
            return [("name", message)]
        return too_small(self.name, shape, max(self.entry.min_side, self._patch))

    def warnings(self, shape: ImageShape) -> list[tuple[str, str]]:
        """Rows or columns of the image that fill no whole patch, which the network cuts off."""
        patch = self._patch
        if shape.height % patch == 0 and shape.width % patch == 0:
            return []
        message = (
            f"{self.name} cuts images into patches of {patch} x {patch} and drops what is left "
            f"of {shape.height} x {shape.width}; set data.size to a multiple of {patch}"
        )
        return [("name", message)]

    @property
    def _patch(self) -> int:
        """The side of the patches that images are cut into; 1 where they are not."""
        patch = self.options.get("patch_size", self.entry.patch)
        return patch if isinstance(patch, int) else 1

    def head(self, net: torch.nn.Module) -> tuple[str, ...]:
        """The layers that give the logits, as timm names them; several in distilled networks."""
        config: Any = net.pretrained_cfg
        found = config.get("classifier") or ()
        return (found,) if isinstance(found, str) else tuple(found)

    def network(self, shape: ImageShape, num_classes: int) -> torch.nn.Module:
        """The network with its weights."""
        from ablate.models.timm_network import timm_network

        return timm_network(self, shape, num_classes)


class TimmFamily:
    """The classifiers of timm by name."""

    def names(self) -> tuple[str, ...]:
        """The architectures of the catalogue, sorted (tags of weights left out)."""
        return catalogue.names("timm")

    def member(self, name: str) -> type[TimmOptions] | None:
        """The options, which are the same for all; asks timm about names that the catalogue lacks."""
        return None if entry(name) is None else TimmOptions


FAMILY = TimmFamily()


@cache
def entry(name: str) -> TimmEntry | None:
    """What is known of ``name`` (an architecture, or one with the tag of its weights)."""
    return catalogue.timm_model(name) or _ask_timm(name)


def _ask_timm(name: str) -> TimmEntry | None:
    from ablate.catalogue import from_timm

    architecture, _, tag = name.partition(".")
    found = from_timm.describe(architecture)
    if found is None or (tag and tag not in found["tags"]):
        return None
    return TimmEntry.from_json(found, tag)
