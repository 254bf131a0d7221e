"""``model.weights``: where a network's first weights come from. Imports no torch."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator

from ablate.errors import did_you_mean
from ablate.spec.earlier import RunWeights, StageWeights, earlier_weights
from ablate.spec.options import NotIdentity, Options, invalid


class WeightFile(Options):
    """A state dict on disk; its bytes, not its path, belong to a trial's identity."""

    named: ClassVar[tuple[str, ...]] = ("random", "imagenet")
    """What may be written in place of a file."""

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
        hint = did_you_mean(self.path, self.named)
        looked = " and ".join(map(str, dict.fromkeys(self._candidates)))
        return f"no file {self.path!r} (looked for {looked}). {hint}"


def weights_reader(kind: type[WeightFile]) -> Callable[[Any], Any]:
    """The validator of a field that holds one of ``kind.named``, a ``kind`` or the weights of an earlier training."""

    def read(value: Any) -> Any:
        if isinstance(value, str):
            return value if value in kind.named else kind(path=value)
        if isinstance(value, Mapping):
            return earlier_weights(value) or kind.model_validate(value)
        if isinstance(value, kind | StageWeights | RunWeights):
            return value
        names = ", ".join(kind.named)
        rule = f"weights must be {names}, {{stage: NAME}}, {{run: ID}} or the path of a file"
        raise invalid(f"{rule}, not {value!r}")

    return read


Weights = Annotated[
    Literal["random", "imagenet"] | WeightFile | StageWeights | RunWeights,
    BeforeValidator(weights_reader(WeightFile)),
]
"""``random``, ``imagenet`` (the library's own), a file's path, ``{stage: NAME}`` or ``{run: ID}``."""
