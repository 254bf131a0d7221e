"""Losses for training: one sorted line each."""

from __future__ import annotations

from ablate.registry import Table

TABLE = Table(
    "loss",
    {
        "cross_entropy": "ablate.losses.cross_entropy:CrossEntropyOptions",
        "dice": "ablate.losses.dice:DiceOptions",
        "focal": "ablate.losses.focal:FocalOptions",
        "jaccard": "ablate.losses.jaccard:JaccardOptions",
        "lovasz": "ablate.losses.lovasz:LovaszOptions",
        "sum": "ablate.losses.sum:SumOptions",
        "tversky": "ablate.losses.tversky:TverskyOptions",
    },
)
