from __future__ import annotations

from ablate.spec.sections import ModelOptions


class Forgotten(ModelOptions):
    width: int = 16
