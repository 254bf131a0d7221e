"""Images of ``val`` and ``test`` that a trial's stages were trained on: its scores say little about new images."""

from __future__ import annotations

from collections.abc import Iterator

from ablate.data.overlap import Overlap, overlap
from ablate.data.place import DataPlace
from ablate.data.plugin_source import is_read_by_trials_only
from ablate.data.prepare import PreparedData, prepare
from ablate.files import hash_value
from ablate.spec.config import TrialConfig
from ablate.spec.options import to_tree
from ablate.spec.stages import chain


class StageOverlaps:
    """Finds what trials share with their stages; configurations that read the same data are compared once."""

    def __init__(self, place: DataPlace) -> None:
        self._place = place
        self._prepared: dict[str, PreparedData] = {}
        self._found: dict[tuple[str, str], tuple[Overlap, ...]] = {}

    def of(self, config: TrialConfig) -> tuple[Overlap, ...]:
        """Each stage that the configuration starts from, or that this starts from, which saw images of its own splits.

        Nothing is known of data that only trials read.

        Raises:
            DataError: a data set is missing or damaged.
        """
        return tuple(found for stage in self._stages(config) for found in stage)

    def _stages(self, config: TrialConfig) -> Iterator[tuple[Overlap, ...]]:
        for stage in chain(config.upstream):
            if is_read_by_trials_only(stage.config.data) or is_read_by_trials_only(config.data):
                continue
            pair = f"{stage.name} {_key(stage.config)}", _key(config)
            if pair not in self._found:
                upstream, data = self._data(stage.config), self._data(config)
                self._found[pair] = overlap(upstream, data, f"stage {stage.name}")
            yield self._found[pair]

    def _data(self, config: TrialConfig) -> PreparedData:
        key = _key(config)
        if key not in self._prepared:
            self._prepared[key] = prepare(config.data, self._place, spaces=config.label_spaces)
        return self._prepared[key]


def _key(config: TrialConfig) -> str:
    return hash_value([to_tree(config.data), to_tree(config.label_spaces)])
