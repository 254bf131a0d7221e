"""Networks: one sorted line each; a prefix with ``*`` is a whole library."""

from __future__ import annotations

from ablate.registry import Table

TABLE = Table(
    "model",
    {
        "basenet": "ablate.models.basenet:BaseNetOptions",
        "conv_head": "ablate.models.conv_head:ConvHeadOptions",
        "fcn8s": "ablate.models.fcn8s:FCN8sOptions",
        "smp/*": "ablate.models.smp_family:FAMILY",
        "timm/*": "ablate.models.timm_family:FAMILY",
        "torchvision/*": "ablate.models.torchvision_family:FAMILY",
        "vgg16_fcn": "ablate.models.vgg16_fcn:VGG16FCNOptions",
    },
)
