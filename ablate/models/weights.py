"""``model.weights``: where a network's first weights come from. Imports no torch."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from ablate.errors import did_you_mean
from ablate.spec.options import NotIdentity, Options, invalid

_NAMED = ("random", "imagenet")


class WeightFile(Options):
    """A state dict on disk; its bytes, not its path, belong to a trial's identity."""

    path: Annotated[str, NotIdentity()]

    @property
    def location(self) -> Path:
        """The absolute path; a relative one starts at the current folder, or else at that of ``ABLATE_DATA``."""
        return next((path for path in self._candidates if path.is_file()), self._candidates[0])

    @property
    def _candidates(self) -> tuple[Path, ...]:
        path, data = Path(self.path).expanduser(), os.environ.get("ABLATE_DATA")
        here = path.absolute()
        return (here, (Path(data).expanduser() / path).absolute()) if data else (here,)

    def problem(self) -> str | None:
        """Why the file cannot be read; ``None`` if it is there."""
        if self.location.is_file():
            return None
        hint = did_you_mean(self.path, _NAMED) or "Write random, imagenet or the path of a file"
        looked = " and ".join(map(str, dict.fromkeys(self._candidates)))
        return f"no file {self.path!r} (looked for {looked}). {hint}"


def _read(value: Any) -> Any:
    if isinstance(value, str):
        return value if value in _NAMED else WeightFile(path=value)
    if isinstance(value, Mapping):
        return WeightFile.model_validate(value)
    if isinstance(value, WeightFile):
        return value
    raise invalid(f"weights must be random, imagenet or the path of a file, not {value!r}")


Weights = Annotated[Literal["random", "imagenet"] | WeightFile, BeforeValidator(_read)]
"""``random``, ``imagenet`` (the library's own pre-trained weights) or a file's path."""
