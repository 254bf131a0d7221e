"""Random changes of training images; a new one is a file and a line below."""

from __future__ import annotations

from ablate.registry import Table

TABLE = Table(
    "augmentation",
    {
        "auto_augment": "ablate.data.augment.auto_augment:AutoAugment",
        "color_jitter": "ablate.data.augment.color_jitter:ColorJitter",
        "concatenate": "ablate.data.augment.concatenate:Concatenate",
        "cutout": "ablate.data.augment.cutout:Cutout",
        "gaussian_blur": "ablate.data.augment.gaussian_blur:GaussianBlur",
        "rand_augment": "ablate.data.augment.rand_augment:RandAugment",
        "random_crop": "ablate.data.augment.random_crop:RandomCrop",
        "random_erasing": "ablate.data.augment.random_erasing:RandomErasing",
        "random_grayscale": "ablate.data.augment.random_grayscale:RandomGrayscale",
        "random_horizontal_flip": "ablate.data.augment.random_horizontal_flip:RandomHorizontalFlip",
        "random_resized_crop": "ablate.data.augment.random_resized_crop:RandomResizedCrop",
        "random_rotation": "ablate.data.augment.random_rotation:RandomRotation",
        "random_scale": "ablate.data.augment.random_scale:RandomScale",
        "random_vertical_flip": "ablate.data.augment.random_vertical_flip:RandomVerticalFlip",
        "simclr": "ablate.data.augment.simclr:SimClr",
        "trivial_augment": "ablate.data.augment.trivial_augment:TrivialAugment",
    },
)
