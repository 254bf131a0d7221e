"""What the pixels of masks mean: ids or colours that become classes of a data set.

Shapes: H height, W width. Masks are read to (H, W) uint8: classes, or :data:`VOID`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from ablate.data.prepared import VOID
from ablate.data.source import Pixels
from ablate.spec.labels import Color

#: Pillow's modes of one channel of whole numbers; those of a palette are its indices.
_IDS = frozenset(["1", "L", "P", "I;16", "I;16L", "I;16B"])
_COLORS = frozenset(["RGB", "RGBA"])
_TRANSPARENT = frozenset(["LA", "PA", "RGBA"])

#: By what Pillow multiplies grey PNG values of few bits, by the name of how they are stored.
_SCALES = {"L;2": 85, "L;4": 17}


class WrongKindError(ValueError):
    """A sound mask of another kind than the options say."""

    def __init__(self, rule: str, remedy: str) -> None:
        super().__init__(rule)
        self.remedy = remedy


class Strange(NamedTuple):
    """Pixels of a mask whose value is no class and not void."""

    value: str
    pixels: int


class MaskReading(Protocol):
    """A way of reading masks."""

    @property
    def remedy(self) -> str:
        """What to do about strange values."""

    @property
    def leaves_out_strange(self) -> bool:
        """Whether strange pixels are left out; otherwise their mask cannot be used."""

    def identity(self) -> Any:
        """A JSON-like value that changes whenever a mask could be read differently."""

    def read(self, content: bytes | Pixels) -> tuple[Pixels, list[Strange]]:
        """Classes (H, W) of an encoded mask, or of one of ids; strange pixels are void.

        Raises:
            one of ablate.data.decode.DAMAGE: it is no mask of this kind, or damaged.
        """


@dataclass(frozen=True)
class IdMasks:
    """Masks whose pixels are numbers: ``classes`` holds (id, class), ``void`` the ids without a class.

    ``remedy`` is for ids that are neither, ``color_remedy`` for masks that hold colours.
    """

    classes: tuple[tuple[int, int], ...]
    void: tuple[int, ...] = (VOID,)
    remedy: str = "Repair or remove these masks"
    color_remedy: str = "Replace these masks by those of numbers"

    @property
    def leaves_out_strange(self) -> bool:
        """See :class:`MaskReading`."""
        return False

    def identity(self) -> Any:
        """The meaning of every id."""
        return ["ids", sorted(self.classes), sorted(self.void)]

    def read(self, content: bytes | Pixels) -> tuple[Pixels, list[Strange]]:
        """See :class:`MaskReading`."""
        ids = self._ids(content) if isinstance(content, bytes) else content
        if ids.dtype == np.uint8:
            counts = np.bincount(ids.ravel(), minlength=256)
            return self._table[ids], list(self._strange(np.arange(256), counts))
        values, places, counts = np.unique(ids, return_inverse=True, return_counts=True)
        meaning = dict(self.classes)
        table = np.array([meaning.get(value, VOID) for value in values.tolist()], np.uint8)
        return table[places.reshape(ids.shape)], list(self._strange(values, counts))

    def _ids(self, content: bytes) -> NDArray[np.integer[Any]]:
        with Image.open(io.BytesIO(content)) as image:
            mode, scale = image.mode, _scale(image)
            values = np.asarray(image)
        if mode in _COLORS and (values[..., 1:3] != values[..., :1]).any():
            rule = f"it holds {mode} colours, and the options name numbers"
            raise WrongKindError(rule, self.color_remedy)
        if mode in _TRANSPARENT:
            rule = f"it has a channel of transparency (mode {mode}), and the options name numbers"
            raise WrongKindError(rule, "Save these masks without transparency")
        if mode in _COLORS:
            return values[..., 0]  # grey that was saved as three equal channels
        if mode not in _IDS:
            raise WrongKindError(f"it is of mode {mode}, not of numbers", self.color_remedy)
        return values.astype(np.uint8) if values.dtype == np.bool_ else values // scale

    @cached_property
    def _table(self) -> Pixels:
        table = np.full(256, VOID, np.uint8)
        for number, label in self.classes:
            if number < len(table):
                table[number] = label
        return table

    def _strange(
        self, values: NDArray[np.integer[Any]], counts: NDArray[np.int64]
    ) -> Iterator[Strange]:
        known = {*dict(self.classes), *self.void}
        for value, count in zip(values.tolist(), counts.tolist(), strict=True):
            if count and value not in known:
                yield Strange(f"value {value}", count)


@dataclass(frozen=True)
class ColorMasks:
    """Masks whose pixels are colours: ``colors`` holds (colour, class), the class :data:`VOID` for none.

    Pixels of other colours are strange; they are left out if ``unknown`` is ``ignore``.
    """

    colors: tuple[tuple[Color, int], ...]
    unknown: Literal["error", "ignore"] = "error"
    remedy: str = (
        "Name the colours under 'colors', or set 'unknown_color: ignore' to leave such pixels out"
    )

    @property
    def leaves_out_strange(self) -> bool:
        """See :class:`MaskReading`."""
        return self.unknown == "ignore"

    def identity(self) -> Any:
        """The meaning of every colour."""
        return ["colors", sorted(self.colors), self.unknown]

    def read(self, content: bytes | Pixels) -> tuple[Pixels, list[Strange]]:
        """See :class:`MaskReading`."""
        codes = _codes(_rgb(content) if isinstance(content, bytes) else content)
        classes = self._table[codes]
        return classes, list(self._strange(codes[classes == VOID]))

    @cached_property
    def _table(self) -> Pixels:
        # A class for each of all colours: 16 MiB, and ten times as fast as sorting the pixels.
        table = np.full(1 << 24, VOID, np.uint8)
        for color, label in self.colors:
            table[_code(color)] = label
        return table

    def _strange(self, codes: NDArray[np.int32]) -> Iterator[Strange]:
        known = {_code(color) for color, _ in self.colors}
        for code, count in zip(*(v.tolist() for v in np.unique_counts(codes)), strict=True):
            if code not in known:
                color = [code >> 16, code >> 8 & 255, code & 255]
                yield Strange(f"colour {color}", count)


def _scale(image: Image.Image) -> int:
    """By what the values of an opened image are multiplied when its pixels are read."""
    tiles = image.tile if isinstance(image, ImageFile.ImageFile) else []
    return _SCALES.get(str(tiles[0].args), 1) if tiles else 1


def _rgb(content: bytes) -> Pixels:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"))


def _codes(colors: Pixels) -> NDArray[np.int32]:
    red, green, blue = (colors[..., channel].astype(np.int32) for channel in range(3))
    return red << 16 | green << 8 | blue


def _code(color: Color) -> int:
    return color[0] << 16 | color[1] << 8 | color[2]
