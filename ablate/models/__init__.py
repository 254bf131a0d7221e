"""Networks: one sorted line each; a prefix with ``*`` is a whole library."""

from __future__ import annotations

from ablate.registry import Table

TABLE = Table(
    "model",
    {
        "basenet": "ablate.models.basenet:BaseNetOptions",
        "timm/*": "ablate.models.timm_family:FAMILY",
        "torchvision/*": "ablate.models.torchvision_family:FAMILY",
    },
)
