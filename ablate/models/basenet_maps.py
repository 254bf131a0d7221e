"""The sizes of BaseNet's feature maps, by arithmetic alone."""

from __future__ import annotations

from dataclasses import dataclass

Size = tuple[int, int]
"""Height and width of a map."""


class ShrunkMap(ValueError):
    """A map too small for the layer that follows; ``field`` is the option to blame."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Conv:
    """A convolution on a map of size ``before``, padded by ``padding`` on every side."""

    kernel_size: int
    dilation: int
    padding: int
    before: Size

    @property
    def after(self) -> Size:
        """The size of its output.

        >>> Conv(kernel_size=5, dilation=2, padding=2, before=(12, 12)).after
        (8, 8)
        """
        lost = self.dilation * (self.kernel_size - 1) - 2 * self.padding
        return self.before[0] - lost, self.before[1] - lost

    @property
    def reaches_only_padding(self) -> bool:
        """Whether the outermost taps lie outside the map at every output position."""
        return self.kernel_size > 1 and self.padding >= min(self.after)


@dataclass(frozen=True, slots=True)
class Block:
    """The convolutions of one block; ``pooled`` is the map's size after max-pooling by 2."""

    convs: tuple[Conv, ...]
    pooled: Size


def blocks(
    size: Size, *, count: int, num_convs: int, kernel_size: int, same: bool, dilation: int
) -> tuple[Block, ...]:
    """``count`` blocks on images of ``size``; ``dilation`` applies to the last.

    A dilated convolution is padded further, so that every map has the size it has with dilation 1.

    Raises:
        ShrunkMap: a map shrinks to nothing.
    """
    found: list[Block] = []
    for number in range(1, count + 1):
        spread = dilation if number == count else 1
        block = _block(number, size, num_convs, kernel_size, same, spread)
        found.append(block)
        size = block.pooled
    return tuple(found)


def _block(
    number: int, size: Size, num_convs: int, kernel_size: int, same: bool, dilation: int
) -> Block:
    keeping = dilation * (kernel_size - 1) // 2
    first = keeping if same else keeping - (kernel_size - 1) // 2
    convs: list[Conv] = []
    for index in range(num_convs):
        conv = Conv(kernel_size, dilation, keeping if index else first, size)
        if min(conv.after) < 1:
            raise ShrunkMap(
                "kernel_size",
                f"block {number}'s {kernel_size} x {kernel_size} kernel is larger than its "
                f"{size[0]} x {size[1]} map; use a smaller kernel, padding: same or fewer channels entries",
            )
        convs.append(conv)
        size = conv.after
    if min(size) < 2:
        raise ShrunkMap(
            "channels",
            f"block {number} cannot halve its {size[0]} x {size[1]} map; "
            "use fewer entries in channels, padding: same or larger images",
        )
    return Block(tuple(convs), (size[0] // 2, size[1] // 2))
