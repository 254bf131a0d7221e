"""The networks, layer by layer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ablate.report.cells import Cell, Count, Text
from ablate.report.document import Block, Code, Section
from ablate.report.number_format import ABSENT
from ablate.report.sections.material import Material, undrawn
from ablate.report.table import AblationTable
from ablate.report.wording import quoted

#: So many rows are named of those that share a network.
MOST_NAMES = 3
_FILE, _PRINTED = "architecture.json", "model.txt"
#: Columns of layers that only some have: key and title.
_OPTIONAL = (
    ("kernel_size", "kernel"),
    ("stride", "stride"),
    ("dilation", "dilation"),
    ("in_channels", "in"),
    ("out_channels", "out"),
)


def architecture_section(material: Material) -> Section | None:
    """The table of layers of every different network, and how PyTorch prints it."""
    blocks: list[Block] = []
    for (table, printed), labels in _networks(material).items():
        with undrawn(f"the architecture of {quoted(labels)}"):
            blocks.append(_table(json.loads(table), labels))
            blocks += [Code(printed)] if printed else []
    return Section("Architectures", tuple(blocks), folded=True) if blocks else None


def _networks(material: Material) -> Mapping[tuple[str, str], list[str]]:
    """What is recorded of a network to the rows that train it, each named once."""
    found: dict[tuple[str, str], list[str]] = {}
    for label, folder in dict(_folders(material)).items():
        key = (_text(folder / _FILE), _text(folder / _PRINTED))
        found.setdefault(key, []).append(label)
    return found


def _folders(material: Material) -> Iterator[tuple[str, Path]]:
    for ablation in material.plan.ablations:
        for row in material.analysis(ablation).rows:
            for _, folder in material.with_part(row.results, _FILE):
                yield row.label, folder
                break


def _text(file: Path) -> str:
    with undrawn(str(file)):
        return file.read_text(encoding="utf-8")
    return ""


def _table(layers: list[dict[str, Any]], labels: list[str]) -> AblationTable:
    shown = [item for item in _OPTIONAL if any(layer.get(item[0]) for layer in layers)]
    titles = ("no.", "layer", "type", *(title for _, title in shown))
    rows = tuple(_row(layer, [key for key, _ in shown]) for layer in layers)
    total = sum(int(layer["parameters"]) for layer in layers)
    names = (
        quoted(labels)
        if len(labels) <= MOST_NAMES
        else f'"{labels[0]}" and {len(labels) - 1} more rows'
    )
    return AblationTable(
        title=f"Architecture of {names}",
        description="",
        columns=(*titles, "output shape", "parameters", "connected to"),
        rows=rows,
        footer=(f"{total:,} parameters in all.", "Output shapes are without the batch."),
        records=(),
        level=2,
    )


def _row(layer: Mapping[str, Any], keys: list[str]) -> tuple[Cell, ...]:
    return (
        Count(int(layer["number"])),
        Text(str(layer["name"])),
        Text(str(layer["type"])),
        *(Text(_size(layer.get(key))) for key in keys),
        Text(_size(layer["output_shape"])),
        Count(int(layer["parameters"])),
        Text(", ".join(map(str, layer["connected_to"])) or ABSENT),
    )


def _size(value: Any) -> str:
    """``3 x 3``; a number that stands for all dimensions once."""
    if value is None or value == []:
        return ABSENT
    return " x ".join(map(str, value)) if isinstance(value, list) else str(value)
