"""What ``probes.images`` and ``probes.epochs`` may be, each mistake in one sentence."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from ablate.errors import did_you_mean
from ablate.spec.options import invalid
from ablate.spec.text import show_value

_NAMED_EPOCHS = ("first", "middle", "last")
_AN_EPOCH = "Write first, middle, last, the number of an epoch, or a share of all such as 0.25"
_IMAGES = "must be a list of names, or a number"


def _check_epoch(value: Any) -> Any:
    if isinstance(value, str) and value not in _NAMED_EPOCHS:
        near = did_you_mean(value, _NAMED_EPOCHS)
        raise invalid(f"{value!r} is no epoch", near if near.endswith("?") else _AN_EPOCH)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise invalid(f"{show_value(value)} is no epoch", _AN_EPOCH)
    if isinstance(value, int) and value < 1:
        raise invalid(f"epochs are numbered from 1, and {value} is none of them", _AN_EPOCH)
    if isinstance(value, float) and not 0.0 < value < 1.0:
        rule = f"a share of all epochs lies between 0 and 1, and {show_value(value)} does not"
        raise invalid(rule, _AN_EPOCH)
    return value


def _check_any(value: tuple[Any, ...]) -> tuple[Any, ...]:
    if not value:
        raise invalid("needs at least one epoch", _AN_EPOCH)
    return value


def _check_images(value: Any) -> Any:
    if isinstance(value, str):
        raise invalid(f"{_IMAGES}, not {value!r}", f"For one image write [{value!r}]")
    if isinstance(value, bool) or not isinstance(value, int | list | tuple):
        raise invalid(f"{_IMAGES}, not {show_value(value)}")
    if isinstance(value, int):
        if value < 0:
            raise invalid(f"the number of images must be at least 0, not {value}")
        return value
    for name in value:
        if not isinstance(name, str):
            rule = f"the name of an image must be text, not {show_value(name)}"
            raise invalid(rule, "Put names of digits in quotes")
    return value


#: Epochs of a training: by name, by number from 1, or as shares of all. At least one.
ProbeEpochs = Annotated[
    tuple[
        Annotated[
            Literal["first", "middle", "last"]
            | Annotated[int, Field(ge=1)]
            | Annotated[float, Field(gt=0.0, lt=1.0)],
            BeforeValidator(_check_epoch),
        ],
        ...,
    ],
    AfterValidator(_check_any),  # min_length would count the wrong ones as missing
    Field(json_schema_extra={"minItems": 1}),
]

#: Images by their names, or how many.
ProbeImages = Annotated[
    tuple[str, ...] | Annotated[int, Field(ge=0)], BeforeValidator(_check_images)
]
