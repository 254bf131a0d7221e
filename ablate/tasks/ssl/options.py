"""``task: ssl``: what a study may say about self-supervised learning. Imports no torch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, cast

from pydantic import Field

from ablate.data.source import SplitName
from ablate.errors import Diverged
from ablate.metrics.counts import Counts
from ablate.spec.labels import Labels
from ablate.spec.sections import ModelOptions, Positive
from ablate.spec.values import ImageShape
from ablate.tasks.task import TaskOptions

if TYPE_CHECKING:
    import torch

    from ablate.metrics.loss_tally import LossTally
    from ablate.models.loading import LoadReport
    from ablate.spec.earlier import Start
    from ablate.tasks.ssl.modules import SelfSupervised

#: A trial whose ``projection_std`` on ``val`` falls below this has collapsed; where one learns it is 0.3 to 1.
COLLAPSED = 0.1

#: The fields that only some methods use.
_FIELDS_OF = {"byol": ("predictor", "momentum"), "simclr": ("temperature",)}

Width = Annotated[int, Field(ge=1)]


class Ssl(TaskOptions):
    """``task: ssl``: learn a representation of images from two random views of each.

    The labels of the data set are used for ``knn_accuracy`` alone, which shows whether the network learns.

    >>> Ssl().defined(num_classes=3)
    ('loss', 'knn_accuracy', 'projection_std')
    """

    views: ClassVar[int] = 2
    own_loss: ClassVar[bool] = True
    parts: ClassVar[str] = "classification"

    name: Literal["ssl"] = "ssl"
    method: Literal["byol", "simclr"] = "byol"
    """``byol`` (Grill et al. 2020) or ``simclr`` (Chen et al. 2020)."""
    projector: tuple[Width, Width] = (4096, 256)
    """Widths of the projector's hidden layer and of its output, in which the loss compares views."""
    predictor: Width | None = 4096
    """BYOL: width of the predictor's hidden layer; ``null`` leaves the predictor out, which collapses."""
    momentum: float = Field(0.99, ge=0.0, le=1.0)
    """BYOL: share of the target network that a step keeps, at first; it rises to 1 along a cosine."""
    temperature: Positive = 0.5
    """SimCLR: what similarities are divided by."""
    neighbours: int = Field(20, ge=1)
    """Training images that vote on the class of an image, for ``knn_accuracy``."""

    def inert(self) -> tuple[str, ...]:
        """The fields of other methods."""
        others = (fields for method, fields in _FIELDS_OF.items() if method != self.method)
        return tuple(field for fields in others for field in fields)

    def problems(self, images: Mapping[SplitName, int]) -> list[tuple[str, str]]:
        """More neighbours than images, or too few images to see whether they are told apart."""
        found = []
        if self.neighbours > images["train"]:
            message = f"{self.neighbours} neighbours of an image are asked for, and train has {images['train']} images"
            found.append(("neighbours", message))
        if images["val"] < 2:
            found.append(
                ("", "val has a single image: whether images are told apart cannot be seen")
            )
        return found

    def metrics(self) -> tuple[str, ...]:
        """Loss, accuracy of the nearest neighbours, and how far projections spread."""
        return ("loss", "knn_accuracy", "projection_std")

    def while_training(self) -> tuple[str, ...]:
        """The loss alone."""
        return ("loss",)

    def defined(self, num_classes: int, *, training: bool = False) -> tuple[str, ...]:
        """All of an evaluation; while training the loss alone."""
        return self.while_training() if training else self.metrics()

    def recorded(self, num_classes: int, *, training: bool = False) -> tuple[str, ...]:
        """While training nothing is classified, so that metrics of plugins have nothing to count."""
        if training:
            return self.while_training()
        return super().recorded(num_classes, training=training)

    def tally(
        self, labels: Labels, device: torch.device | str, *, training: bool = False
    ) -> LossTally:
        """The loss; what else is recorded comes from the features of whole splits."""
        from ablate.metrics.loss_tally import LossTally

        return LossTally(len(labels.classes), device)

    def criterion(self) -> Callable[..., torch.Tensor]:
        """The loss of the method, of what :meth:`build`'s module returns."""
        from functools import partial

        from ablate.tasks.ssl import byol, simclr

        if self.method == "byol":
            return byol.loss
        return partial(simclr.loss, temperature=self.temperature)

    def loss(
        self, criterion: Callable[..., torch.Tensor], logits: torch.Tensor, target: torch.Tensor
    ) -> torch.Tensor:
        """The method's loss; ``target`` is not looked at."""
        return criterion(logits)

    def build(
        self, options: ModelOptions, shape: ImageShape, num_classes: int, steps: int
    ) -> torch.nn.Module:
        """The modules of the method around the network of ``options``, whose head is cut off.

        Raises:
            TrialError: the network cannot be built, or ``model.weights`` does not fit.
        """
        from ablate.tasks.ssl.build import build

        return build(self, options, shape, num_classes, steps)

    def network(self, model: torch.nn.Module) -> torch.nn.Module:
        """The encoder that learns."""
        return model.get_submodule("online.encoder")

    def load_start(self, model: torch.nn.Module, options: ModelOptions, start: Start) -> LoadReport:
        """All modules of another self-supervised training, or the encoder of any training.

        Raises:
            TrialError: they are of another architecture.
        """
        from ablate.tasks.ssl.modules_file import load_encoder, load_modules

        found = cast("SelfSupervised", model)
        if start.whole:
            return load_modules(found, start.weights, start.source)
        return load_encoder(found, start)

    def head(self, options: ModelOptions, model: torch.nn.Module) -> tuple[str, ...]:
        """Where the head was cut off: modules that do nothing, so that they are given the representation."""
        return cast("SelfSupervised", model).online.head

    def project(self, model: torch.nn.Module, features: torch.Tensor) -> torch.Tensor:
        """(N, D): what the projector makes of representations (N, F) as it does in training.

        Its batch norm uses the statistics of these N >= 2: after a few steps the running ones say nothing yet.
        """
        projector = copy.deepcopy(model.get_submodule("online.projector")).train()
        found: torch.Tensor = projector(features)
        return found

    def after_step(self, model: torch.nn.Module) -> None:
        """Move the target network."""
        cast(Any, model).after_step()

    def check(self, val: Counts, epoch: int) -> None:
        """Guard against projections that are all alike.

        Raises:
            Diverged: they collapsed.
        """
        if val.projection_std < COLLAPSED:
            raise Diverged(
                f"representation collapsed in epoch {epoch}: projection_std on val is "
                f"{val.projection_std:.2g}, below {COLLAPSED}, so that all images look alike"
            )

    def kept(self, weights: Mapping[str, torch.Tensor]) -> dict[str, dict[str, torch.Tensor]]:
        """``weights``, the encoder under its network's own names, and ``modules``, all that was trained."""
        from ablate.tasks.ssl.modules_file import encoder_weights, module_weights

        return {"weights": encoder_weights(weights), "modules": module_weights(weights)}
