"""The sections of a study file: what every member of a kind has in common.

Members subclass these (``class BaseNet(ModelOptions)``) and add their own fields and methods. This file imports neither
torch nor NumPy: building happens inside the members' methods.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from ablate.spec.grouping import Grouping
from ablate.spec.member import Member
from ablate.spec.options import AddedLater, Options, invalid
from ablate.spec.probe_choices import ProbeEpochs, ProbeImages
from ablate.spec.representation_choices import FEWEST_REPRESENTED, RepresentationMethods
from ablate.spec.values import ImageShape, Normalization

if TYPE_CHECKING:
    import numpy as np
    import torch

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]

#: What a target is where it counts nothing, such as void pixels; torch's own default.
IGNORE_INDEX = -100


class AugmentOptions(Options):
    """One step of ``data.augment``: a random change of training images, on tensors."""

    name: str = ""
    """Set by the study file, in which the name is the step's key."""

    def build(self) -> Any:
        """The step as a callable ``(images, generator) -> images``.

        ``images``: (N, C, H, W) float32 in 0..1, not normalised, on any device; the same shape comes back, but for
        crops.
        ``generator``: a ``torch.Generator`` on the CPU, the only source of randomness.
        """
        raise NotImplementedError


class DataOptions(Options):
    """``data``: the data set, its split, batches and augmentation."""

    tasks: ClassVar[tuple[str, ...]] = ("classification",)
    """The tasks that the data set has targets for."""

    name: str
    """A registered data set: ``ablate list data``."""
    batch_size: int = Field(64, ge=1)
    """Images a training step."""
    augment: tuple[Annotated[AugmentOptions, Member("augmentation", style="step")], ...] = ()
    """Random changes of the training images, in order."""
    size: int | tuple[int, int] | None = None
    """Height and width that images are resized to, once; ``null`` keeps the original size."""
    val_fraction: float = Field(0.1, gt=0.0, lt=1.0)
    """Share of the training set that becomes ``val``, stratified, when the set has no official one."""
    split_seed: int = Field(0, ge=0)
    """The split's own seed, the same for every trial."""
    train_size: int | float | None = None
    """Train on a stratified part only: a number of images, or a share between 0 and 1."""
    normalize: Literal["auto", "train", "imagenet", "none"] | Normalization = "auto"
    """Mean and std of the input: ``auto`` is the loaded weights' own, else the training split's."""
    classes: Annotated[Grouping | str | None, AddedLater(old=None)] = None
    """Fewer classes, each made of some of the set's: ``{name: [class, ...]}``, or one of ``label_spaces``."""

    @field_validator("size")
    @classmethod
    def _size_is_positive(cls, value: int | tuple[int, int] | None) -> int | tuple[int, int] | None:
        sides = (value,) if isinstance(value, int) else (value or (1,))
        if min(sides) < 1:
            raise invalid(f"size must be at least 1, not {value}")
        return value

    @field_validator("train_size")
    @classmethod
    def _train_size_is_a_count_or_share(cls, value: float | None) -> float | None:
        if value is None or (isinstance(value, int) and value >= 1):
            return value
        if isinstance(value, float) and 0.0 < value <= 1.0:
            return value
        raise invalid(f"train_size must be a whole number from 1 or a share in (0, 1], not {value}")


class ModelOptions(Options):
    """``model``: the network."""

    tasks: ClassVar[tuple[str, ...]] = ("classification",)
    """The tasks that the network has an output for."""
    encoder_module: ClassVar[str | None] = None
    """The submodule that is the encoder of a segmentation network; of classifiers, all but the head is the encoder."""

    name: str
    """A registered model: ``ablate list models``."""

    def build(self, shape: ImageShape, num_classes: int) -> torch.nn.Module:
        """The network, freshly initialised from torch's global generator.

        It maps images (N, C, H, W) float32 of ``shape`` to logits (N, num_classes), for segmentation to
        (N, num_classes, H, W), there also images of another height and width, such as random crops.

        Raises:
            ablate.errors.TrialError: the options do not fit ``shape``.
        """
        raise NotImplementedError

    def head(self, net: torch.nn.Module) -> tuple[str, ...]:
        """The modules of ``net`` that another task replaces, by name; all else is the encoder.

        A classifier's head is the layer that gives its logits (by default the module whose parameters stand last), and
        what that layer is given is the representation of an image.
        """
        if self.encoder_module is not None:
            names = (name for name, _ in net.named_children())
            return tuple(name for name in names if name != self.encoder_module)
        name, _ = list(net.named_parameters())[-1]
        return (name.rpartition(".")[0],)

    @property
    def encoder_name(self) -> str:
        """The architecture of the encoder, which a network shares with what it starts from."""
        return str(getattr(self, "encoder", self.name))

    @property
    def libraries(self) -> tuple[str, ...]:
        """Modules that building imports: they are loaded once for all trials."""
        return ()

    def normalization(self) -> Normalization | None:
        """The input normalisation that loaded weights were trained with; ``None`` without weights."""
        return None

    def files(self) -> tuple[Path, ...]:
        """The files that the model is loaded from; their bytes are part of a trial's identity."""
        return ()

    def work(self, shape: ImageShape) -> int | None:
        """About how long an image takes, in multiply-adds of a convolution, found without torch.

        ``None`` if unknown. Only the order in which trials start depends on it.
        """
        return None

    def problems(self, shape: ImageShape) -> list[tuple[str, str]]:
        """What cannot work on images of ``shape``: (field, message), found without torch."""
        return []

    def warnings(self, shape: ImageShape) -> list[tuple[str, str]]:
        """Choices that are legal and probably not meant: (field, message)."""
        return []

    def inert(self) -> tuple[str, ...]:
        """Fields without any effect, given the others (``dropout`` of a network without hidden layers)."""
        return ()


class LossOptions(Options):
    """``loss``: what training minimises."""

    tasks: ClassVar[tuple[str, ...]] = ("classification", "segmentation")
    """The tasks that it suits."""

    name: str

    @property
    def libraries(self) -> tuple[str, ...]:
        """Modules that building imports: they are loaded once for all trials."""
        return ()

    def build(self, class_counts: np.ndarray, device: str) -> Callable[..., torch.Tensor]:
        """The loss as a callable ``(logits (N, C, ...), target (N, ...) int64) -> scalar``.

        Targets that are :data:`IGNORE_INDEX` count nothing. ``class_counts``: (C,) int64, training images (for
        segmentation pixels) of each class.
        """
        raise NotImplementedError

    def problems(self, num_classes: int) -> list[tuple[str, str]]:
        """What cannot work for that many classes: (field, message)."""
        return []

    def absent_problems(self, absent: Sequence[str]) -> list[tuple[str, str]]:
        """What cannot work where the training split has nothing of the classes ``absent``: (field, message)."""
        return []


class OptimizerOptions(Options):
    """``optimizer``: any optimizer of torch, by its name in lower case."""

    name: str
    lr: Positive
    encoder_lr: Annotated[Positive | None, AddedLater(old=None)] = None
    """The learning rate of all but the head; ``null``: ``lr`` for everything."""

    def build(self, parameters: Sequence[Any]) -> torch.optim.Optimizer:
        """The optimizer over ``parameters`` (tensors or parameter groups)."""
        raise NotImplementedError


class SchedulerOptions(Options):
    """``scheduler``: how the learning rate moves."""

    name: str
    warmup_epochs: float = Field(0.0, ge=0.0)
    """Epochs over which the rate first rises linearly from (almost) 0."""

    def build(self, optimizer: torch.optim.Optimizer, epochs: int, steps_per_epoch: int) -> Any:
        """A schedule: ``after_step()``, ``after_epoch(monitored)``, ``state_dict()``, ``load_state_dict()``."""
        raise NotImplementedError

    def warnings(self, epochs: int, patience: int | None) -> list[tuple[str, str]]:
        """Choices that can hardly act in ``epochs`` epochs: (field, message)."""
        return []


class TrainOptions(Options):
    """``train``: the loop."""

    epochs: int = Field(20, ge=1)
    """Passes over the training set, at most."""
    patience: int | None = Field(None, ge=1)
    """Stop after that many epochs in a row without a better validation value; ``null``: never."""
    checkpoint: Literal["last", "best"] = "last"
    """Which epoch's weights are evaluated: the last, or the best of the primary metric on ``val``."""
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    """Arithmetic of the forward pass; part of the identity, because it changes numbers."""
    clip_norm: Positive | None = None
    """Clip the gradient's total norm to this."""
    freeze: Annotated[Literal["none", "encoder"] | tuple[str, ...], AddedLater(old="none")] = "none"
    """Parameters that stay as they are: ``encoder``, all but the head, or patterns of names such as ``layer1.*``."""


class ProbeOptions(Options):
    """``probes``: images of ``val`` whose predicted masks are kept while the network learns."""

    images: ProbeImages = 3
    """Names of images (without their ending), or how many, spread evenly over the split."""
    epochs: ProbeEpochs = ("first", "middle", "last")
    """When: ``first``, ``middle``, ``last`` (that ran), numbers of epochs, or shares of all epochs such as 0.25."""
    overlay: bool = True
    """Keep each mask laid over its image too."""
    errors: bool = False
    """Keep maps of the pixels that are wrong too."""


class RepresentationOptions(Options):
    """``representations``: what the head of a classifier is given for images of ``val``, kept while it learns."""

    epochs: ProbeEpochs = ("first", "middle", "last")
    """When: ``first``, ``middle``, ``last`` (that ran), numbers of epochs, or shares of all epochs such as 0.25."""
    images: int = Field(1000, ge=FEWEST_REPRESENTED)
    """So many images, spread evenly over the split; all, if it has no more."""
    methods: RepresentationMethods = ("pca", "tsne")
    """Pictures of the features: their two principal components, and t-SNE."""
    basis: Literal["own", "shared"] = "own"
    """The principal components: each epoch's own, or for all epochs those of the last one that was kept."""
