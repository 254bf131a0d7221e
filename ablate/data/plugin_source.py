"""Data sets of plugins: told apart without their code, and read with it in the processes of trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ablate.data.content import content_fingerprint
from ablate.data.mask_source import MaskedSource
from ablate.data.place import DataPlace, Progress
from ablate.data.source import Record, Source
from ablate.errors import DataError
from ablate.files import hash_value
from ablate.spec.options import identity_tree, to_tree
from ablate.spec.plugins import StandIn
from ablate.spec.sections import DataOptions

#: The option whose file or folder holds the data.
PATH = "path"


def is_read_by_trials_only(options: DataOptions) -> bool:
    """Whether the code that reads the data must not run in this process."""
    return isinstance(options, StandIn)


def fingerprint_without_reading(
    options: DataOptions, place: DataPlace, progress: Progress | None = None
) -> str:
    """A hash of the plugin's code, its own options, and all that lies where ``path`` says.

    Raises:
        DataError: there is nothing at ``path``, or it cannot be read.
    """
    own = _own(identity_tree(options))
    own.pop(PATH, None)  # what lies there counts, not where it lies
    return hash_value([_code(options), options.name, own, _content(options, place, progress)])


def _content(options: DataOptions, place: DataPlace, progress: Progress | None) -> str:
    relative = to_tree(options).get(PATH)
    if not isinstance(relative, str):
        return ""
    path = place.locate(options.name, relative)
    try:
        return content_fingerprint(path, place.cache, progress)
    except OSError as error:
        reason = f"cannot read {error.filename}: {error.strerror}"
        raise DataError(f"data set '{options.name}': {reason}") from error


@dataclass(frozen=True)
class CodeSource:
    """A plugin's source, whose images depend on its code and options too."""

    source: Source
    options: DataOptions

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, by label."""
        return self.source.classes

    def stamp(self) -> Any:
        """Code, options, and what the source itself says of its files."""
        return [_code(self.options), _own(to_tree(self.options)), self.source.stamp()]

    def records(self) -> Sequence[Record]:
        """Every image, always in the same order."""
        return self.source.records()


def with_code(options: DataOptions, source: Source) -> Source:
    """The source, which no result of other code is taken for; a set that ablate brings names its own versions."""
    if not type(options).__plugin_files__:
        return source
    if isinstance(source, MaskedSource):
        return replace(source, images=CodeSource(source.images, options))
    return CodeSource(source, options)


def _code(options: DataOptions) -> list[str]:
    return [file.digest for file in type(options).__plugin_files__]


def _own(tree: dict[str, Any]) -> dict[str, Any]:
    """The options that the plugin's class adds to those of every data set."""
    return {key: value for key, value in tree.items() if key not in DataOptions.model_fields}
