"""What tables show of a trial beside its metrics: what it cost, how long it trained, where it started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Property:
    """One of these, by the ``name`` that a study file gives it; ``title`` heads its column.

    ``recorded`` is what trials record it as, with its unit; empty where the configuration or the other rows say it.
    ``varies`` from run to run, as times and memory do. ``of_scripts`` says whether a script has it too.
    """

    name: str
    title: str
    recorded: str = ""
    varies: bool = False
    of_scripts: bool = False


_ALL = (
    Property("rank", "rank", of_scripts=True),
    Property("pretrained", "pre-trained"),
    Property("parameters", "parameters", "parameters"),
    Property("trained_parameters", "trained parameters", "trainable_parameters"),
    Property("flops", "FLOPs", "flops"),
    Property("epochs", "epochs", of_scripts=True),
    Property("epochs_run", "epochs run", "epochs_run", of_scripts=True),
    Property("patience", "patience"),
    Property("best_epoch", "best epoch", "best_epoch"),
    Property("train_time", "training time", "train_duration_s", varies=True),
    Property("trial_time", "time/trial", "duration_s", varies=True, of_scripts=True),
    Property("images_per_s", "images/s", "images_per_s", varies=True),
    Property("peak_memory", "peak memory", "peak_memory_bytes", varies=True, of_scripts=True),
)

#: Every property by its name.
PROPERTIES: Mapping[str, Property] = {one.name: one for one in _ALL}
