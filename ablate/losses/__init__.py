"""Losses for training: one sorted line each."""

from __future__ import annotations

from ablate.registry import Table

TABLE = Table(
    "loss",
    {
        "cross_entropy": "ablate.losses.cross_entropy:CrossEntropyOptions",
        "focal": "ablate.losses.focal:FocalOptions",
    },
)
