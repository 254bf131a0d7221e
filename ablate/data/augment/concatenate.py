"""Several policies, one epoch over all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from ablate.data.augment.step import (
    Augmentation,
    build_step,
    mask_problems,
    output_shape,
    problems,
)
from ablate.spec.member import Member
from ablate.spec.options import invalid
from ablate.spec.sections import AugmentOptions
from ablate.spec.values import ImageShape

if TYPE_CHECKING:
    from ablate.data.transforms.concatenation import Concatenated

_Step = Annotated[AugmentOptions, Member("augmentation", style="step")]


def _as_steps(value: Any) -> Any:
    return (value,) if isinstance(value, str | Mapping | AugmentOptions) else value


class Concatenate(Augmentation):
    """The training set once under each policy, one after the other, as one larger set.

    An epoch is as many times longer as there are policies; within it the images of all of them are shuffled. Must be
    the first step; the steps after it are applied to every image.
    """

    policies: tuple[
        Annotated[
            tuple[_Step, ...],
            BeforeValidator(_as_steps, json_schema_input_type=tuple[_Step, ...] | _Step),
        ],
        ...,
    ] = Field(
        min_length=1, examples=[("auto_augment", ("random_crop", "random_horizontal_flip"), ())]
    )
    """Each a step or a list of steps; an empty list leaves the images as they are."""

    @field_validator("policies")
    @classmethod
    def _is_not_nested(
        cls, value: tuple[tuple[AugmentOptions, ...], ...]
    ) -> tuple[tuple[AugmentOptions, ...], ...]:
        if any(isinstance(step, Concatenate) for policy in value for step in policy):
            raise invalid(
                "a policy cannot hold 'concatenate'", "List its policies in the outer one"
            )
        return value

    def build(self) -> Concatenated:
        """See :class:`ablate.data.transforms.concatenation.Concatenated`."""
        from ablate.data.transforms.concatenation import Concatenated
        from ablate.data.transforms.step import Composed

        return Concatenated(
            [Composed([build_step(step) for step in policy]) for policy in self.policies]
        )

    def problems(self, shape: ImageShape) -> list[str]:
        """Those of every step of every policy; and all policies must give images of one size."""
        found = [message for policy in self.policies for message in problems(policy, shape)]
        shapes = dict.fromkeys(output_shape(policy, shape) for policy in self.policies)
        if len(shapes) == 1:
            return found
        sizes = " and ".join(f"{one.height} x {one.width}" for one in shapes)
        return [
            *found,
            f"the policies of concatenate give images of {sizes}. Crop to one size in all of them, or after them",
        ]

    def output_shape(self, shape: ImageShape) -> ImageShape:
        """That of the first policy; it is a problem where another has a different one."""
        return output_shape(self.policies[0], shape)

    def mask_problems(self) -> list[str]:
        """Those of every step of every policy."""
        return [
            message
            for policy in self.policies
            for step in policy
            for message in mask_problems(step)
        ]
