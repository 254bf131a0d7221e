"""What ``representations.methods`` and ``representations.images`` may be."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ablate.spec.options import invalid

Method = Literal["pca", "tsne"]

#: Fewer images have neither neighbours nor clusters.
FEWEST_REPRESENTED = 10


def _check_methods(value: tuple[Method, ...]) -> tuple[Method, ...]:
    if not value:
        raise invalid("needs at least one method", "Write pca, tsne or both")
    if len(set(value)) < len(value):
        raise invalid("a method stands twice", "Name it once")
    return value


#: Kinds of pictures. At least one, each once.
RepresentationMethods = Annotated[
    tuple[Method, ...],
    AfterValidator(_check_methods),
    Field(json_schema_extra={"minItems": 1, "uniqueItems": True}),
]
