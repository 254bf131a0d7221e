"""Every architecture of segmentation-models-pytorch, ``smp/<name>``, with every encoder. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator

from ablate import catalogue
from ablate.catalogue import SmpArchitecture, SmpEncoder
from ablate.errors import did_you_mean
from ablate.models.segmenter import SegmenterOptions
from ablate.spec.options import invalid
from ablate.spec.values import ImageShape, Normalization

if TYPE_CHECKING:
    import torch

PREFIX = "smp/"
TIMM = "timm/"

#: How segmentation-models-pytorch marks the networks of timm.
TIMM_MARK = "tu-"


def _known_encoder(value: str) -> str:
    """The encoder's name, ``timm/<name>`` for ``tu-<name>``, so that both are one configuration."""
    name = TIMM + value.removeprefix(TIMM_MARK) if value.startswith(TIMM_MARK) else value
    if encoder_entry(name) is None:
        raise invalid(f"unknown encoder {value!r}", _suggestion(name))
    return name


def _suggestion(name: str) -> str:
    known = catalogue.names("smp_encoders")
    if TIMM + name in known:
        return f"Did you mean '{TIMM}{name}'?"
    if name.startswith(TIMM) and catalogue.timm_model(name.removeprefix(TIMM)):
        return "timm has it, without feature maps that a decoder could use; choose another"
    return did_you_mean(name, known) or "Write a name such as resnet34, or timm/<name>"


class SmpOptions(SegmenterOptions):
    """A segmentation network of segmentation-models-pytorch (Iakubovskii, 2019)."""

    reserved: ClassVar[Mapping[str, str]] = {
        "activation": "the loss, which takes logits",
        "aux_params": "training with one output",
        "classes": "the data set's classes",
        "encoder_name": "model.encoder",
        "encoder_weights": "model.weights",
        "img_size": "data.size",
        "in_channels": "the images' channels",
    }

    encoder: Annotated[str, AfterValidator(_known_encoder)] = "resnet34"
    """The library's own encoders (``resnet34``) and those of timm: ``timm/<name>`` or ``tu-<name>``."""

    @property
    def libraries(self) -> tuple[str, ...]:
        """See :class:`~ablate.spec.sections.ModelOptions`."""
        return ("segmentation_models_pytorch",)

    @property
    def architecture(self) -> str:
        """The name that the library knows it by."""
        return self.name.removeprefix(PREFIX)

    @property
    def entry(self) -> SmpArchitecture:
        """What the catalogue, or else the library, knows of the architecture."""
        found = entry(self.architecture)
        if found is None:
            raise LookupError(f"segmentation-models-pytorch has no {self.architecture!r}")
        return found

    @property
    def encoder_entry(self) -> SmpEncoder:
        """What the catalogue, or else the libraries, know of the encoder."""
        found = encoder_entry(self.encoder)
        if found is None:
            raise LookupError(f"there is no encoder {self.encoder!r}")
        return found

    @property
    def of_timm(self) -> bool:
        """Whether the encoder is a network of timm."""
        return self.encoder.startswith(TIMM)

    def own_normalization(self) -> Normalization:
        """Mean and std of the encoder's ImageNet weights."""
        return Normalization(mean=self.encoder_entry.mean, std=self.encoder_entry.std)

    def problems(self, shape: ImageShape) -> list[tuple[str, str]]:
        """An encoder that does not fit, options and weights that are not there, images it cannot take."""
        misfit = self._misfit()
        found = [("encoder", misfit)] if misfit else super().problems(shape)
        if self.weights == "imagenet" and not self.encoder_entry.weights:
            message = f"there are no ImageNet weights of {self.encoder}"
            found.append(("weights", f"{message}; use random or the path of a file"))
        return [*found, *self._unknown_options()]

    def _misfit(self) -> str | None:
        """Why the architecture cannot use the encoder."""
        if self.entry.transformers:
            return None if self.encoder_entry.dpt else self._no_transformer()
        if not self.encoder_entry.pyramid:
            return (
                f"{self.name} needs feature maps of several sizes, and {self.encoder} has one; "
                "use smp/dpt or another encoder"
            )
        if not self.encoder_entry.even and not self.entry.any_size:
            return f"{self.encoder} has maps that are no exact halves, which only smp/unet can join"
        if self.encoder in self.entry.refuses:
            return f"{self.name} does not take {self.encoder}; use another encoder"
        if self._stride < 32 and self._stride not in self.encoder_entry.strides:
            return self._not_dilated()
        return None

    def _no_transformer(self) -> str:
        return (
            f"{self.name} is made for vision transformers of timm and does not take {self.encoder}; "
            "set model.encoder: timm/vit_small_patch16_224"
        )

    def _not_dilated(self) -> str:
        others = [f"{{encoder_output_stride: {one}}}" for one in self.encoder_entry.strides]
        remedy = f"model.options: {others[-1]}" if others else "an encoder such as resnet34"
        return (
            f"{self.name} dilates its encoder to an output stride of {self._stride}, which "
            f"{self.encoder} does not allow; use {remedy}"
        )

    def _unknown_options(self) -> Iterator[tuple[str, str]]:
        """The library passes on what it does not know: timm's networks complain, its own encoders do not."""
        for key in self.options:
            if key not in self.entry.arguments and not self.of_timm:
                hint = did_you_mean(key, self.entry.arguments)
                yield "options", f"{self.name} has no argument {key!r}. {hint}".strip()

    def size_problems(self, shape: ImageShape) -> list[tuple[str, str]]:
        """Images whose sides are too small or no multiples of the encoder's stride."""
        only = self.encoder_entry.size
        if self.encoder_entry.sizing == "fixed" and (shape.height, shape.width) != only:
            message = f"{self.encoder} takes images of {only[0]} x {only[1]} only"
            return [("encoder", f"{message}; set data.size: {list(only)}")]
        nearest = [self._nearest(side) for side in (shape.height, shape.width)]
        if nearest == [shape.height, shape.width]:
            return []
        message = (
            f"{self.name} with {self.encoder} needs images whose sides are {self._sides()}, not "
            f"{shape.height} x {shape.width}; set data.size: {nearest}"
        )
        return [("name", message)]

    @property
    def multiple(self) -> int:
        """What the height and width of images must be multiples of."""
        if self.entry.transformers:
            return self.encoder_entry.dpt
        return 1 if self.entry.any_size else min(self._stride, 2**self._depth)

    @property
    def _depth(self) -> int:
        depth = self.options.get("encoder_depth", self.entry.depth)
        return depth if isinstance(depth, int) else self.entry.depth

    @property
    def _stride(self) -> int:
        stride = self.options.get("encoder_output_stride", self.entry.stride)
        return stride if isinstance(stride, int) else self.entry.stride

    def _nearest(self, side: int) -> int:
        multiple = self.multiple
        rounded = (side + multiple // 2) // multiple * multiple
        return max(rounded, multiple, self.entry.min_side)

    def _sides(self) -> str:
        least = f" of at least {self.entry.min_side}" if self.entry.min_side > 1 else ""
        return f"multiples of {self.multiple}{least}"

    def network(self, shape: ImageShape, num_classes: int) -> torch.nn.Module:
        """The network with its weights."""
        from ablate.models.smp_network import smp_network

        return smp_network(self, shape, num_classes)


class SmpFamily:
    """The architectures of segmentation-models-pytorch by name."""

    tasks = ("segmentation",)

    def names(self) -> tuple[str, ...]:
        """The names of the catalogue, sorted."""
        return catalogue.names("smp")

    def member(self, name: str) -> type[SmpOptions] | None:
        """The options, the same for all; asks the library about names that the catalogue lacks."""
        return None if entry(name) is None else SmpOptions


FAMILY = SmpFamily()


@cache
def entry(name: str) -> SmpArchitecture | None:
    """What is known of the architecture ``name``."""
    return catalogue.smp_architecture(name) or _ask_smp(name)


def _ask_smp(name: str) -> SmpArchitecture | None:
    from ablate.catalogue import from_smp

    if name not in from_smp.architectures():
        return None
    return SmpArchitecture.from_json(from_smp.describe(name))


@cache
def encoder_entry(name: str) -> SmpEncoder | None:
    """What is known of the encoder ``name``: the library's own, or ``timm/<name>`` with or without a tag."""
    return catalogue.smp_encoder(name) or _ask_encoder(name)


def _ask_encoder(name: str) -> SmpEncoder | None:
    from ablate.catalogue import from_smp_encoders

    found = from_smp_encoders.describe(name.partition(".")[0])
    return None if found is None else catalogue.smp_encoder_from(found, name)
