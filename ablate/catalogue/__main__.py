"""``python -m ablate.catalogue [NAME ...]``: write catalogues anew from the installed libraries.

Those of timm and of the encoders take minutes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ablate.catalogue import (
    from_smp,
    from_smp_encoders,
    from_timm,
    from_torch,
    from_torchvision,
    from_torchvision_segmentation,
)
from ablate.files import write_text

_FOLDER = Path(__file__).parent


def render(library: str, entries: Mapping[str, Any]) -> str:
    """A catalogue as JSON text, one sorted line an entry.

    >>> print(render("pip", {"b": {}, "a": {"x": 1}}).partition("entries")[2])
    ": {
    "a": {"x": 1},
    "b": {}
    }}
    """
    lines = [f"{json.dumps(name)}: {json.dumps(entries[name])}" for name in sorted(entries)]
    head = f'{{"library": {json.dumps(f"{library} {version(library)}")}, "entries": {{'
    return "\n".join([head, ",\n".join(lines), "}}", ""])


_SMP = "segmentation-models-pytorch"

#: File to the library it describes and the function that does, in an order in which each may read those above.
_CATALOGUES: dict[str, tuple[str, Callable[[], Mapping[str, Any]]]] = {
    "optimizers": ("torch", from_torch.entries),
    "torchvision": ("torchvision", from_torchvision.entries),
    "torchvision_segmentation": ("torchvision", from_torchvision_segmentation.entries),
    "timm": ("timm", from_timm.entries),
    "smp": (_SMP, from_smp.entries),
    "smp_encoders": (_SMP, from_smp_encoders.entries),
}


def main(names: Sequence[str]) -> None:
    """Write the catalogues called ``names``, by default all."""
    for name in names or _CATALOGUES:
        print(name, flush=True)
        library, entries = _CATALOGUES[name]
        write_text(_FOLDER / f"{name}.json", render(library, entries()))


if __name__ == "__main__":
    main(sys.argv[1:])
