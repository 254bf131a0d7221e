"""Resampling at places: images between their pixels, masks at the nearest one."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from ablate.data.prepared import VOID


class Places(NamedTuple):
    """Where each row and column of a resampled image is taken from, in pixels of that image.

    ``rows`` is (N, H) and ``columns`` (N, W), both float32 on the images' device; whole numbers are centres of pixels.
    """

    rows: Tensor
    columns: Tensor


def sample(images: Tensor, places: Places) -> Tensor:
    """The images at these places (bilinear), repeating their border."""
    height, width = images.shape[2:]
    grid = torch.stack(
        (
            ((2 * places.columns + 1) / width - 1)[:, None, :].expand(-1, height, -1),
            ((2 * places.rows + 1) / height - 1)[:, :, None].expand(-1, -1, width),
        ),
        dim=-1,
    )
    return functional.grid_sample(images, grid, "bilinear", "border", align_corners=False)


def nearest(masks: Tensor, places: Places) -> Tensor:
    """The pixels of (N, 1, H, W) ``masks`` that are nearest to these places, repeating their border."""
    height, width = masks.shape[2:]
    rows = _pixel(places.rows).clamp(0, height - 1)
    columns = _pixel(places.columns).clamp(0, width - 1)
    index = torch.arange(len(masks), device=masks.device)[:, None]
    chosen = masks[index, :, rows].transpose(1, 2)
    return chosen.gather(3, columns[:, None, None, :].expand(-1, -1, height, -1))


def outside(places: Places, height: int, width: int) -> Tensor:
    """(N, 1, H, W) bool: which places lie beyond the border of an image of that size."""
    rows, columns = _pixel(places.rows), _pixel(places.columns)
    over_rows = (rows < 0) | (rows >= height)
    over_columns = (columns < 0) | (columns >= width)
    return over_rows[:, None, :, None] | over_columns[:, None, None, :]


def _pixel(places: Tensor) -> Tensor:
    return (places + 0.5).floor().long()


def sample_grid(masks: Tensor, grid: Tensor) -> Tensor:
    """The pixels of (N, 1, H, W) ``masks`` nearest to ``grid`` (as ``grid_sample`` takes it), void outside."""
    # What lies outside is sampled as 0, so void is turned into 0 and back.
    turned = (VOID - masks).to(grid.dtype)
    found = functional.grid_sample(turned, grid, "nearest", "zeros", align_corners=False)
    return VOID - found.to(torch.uint8)
