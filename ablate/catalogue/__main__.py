"""``python -m ablate.catalogue``: write the catalogues anew from the installed libraries (minutes)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ablate.catalogue import from_timm, from_torch, from_torchvision
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


def main() -> None:
    """Write every catalogue."""
    print("optimizers, torchvision and timm; timm takes minutes", flush=True)
    write_text(_FOLDER / "optimizers.json", render("torch", from_torch.entries()))
    write_text(_FOLDER / "torchvision.json", render("torchvision", from_torchvision.entries()))
    write_text(_FOLDER / "timm.json", render("timm", from_timm.entries()))


if __name__ == "__main__":
    main()
