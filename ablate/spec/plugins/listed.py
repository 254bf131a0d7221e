"""The files under ``plugins`` of a study: read, checked, and turned into members that stand in for theirs."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ablate.errors import did_you_mean
from ablate.registry import Members, overlaid, overlay
from ablate.spec.options import Options, PluginFile
from ablate.spec.plugins.scan import Scan, scan
from ablate.spec.plugins.stand_in import DeclaredMetric, stand_in

#: Position in the list, what is wrong, the remedy.
Fault = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Plugins:
    """The members that a study's plugins register, and what is wrong with its plugins."""

    members: Members = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def active(self) -> AbstractContextManager[None]:
        """Let the tables know these members, and those of no other study, inside the ``with`` block."""
        return overlay(self.members)


@dataclass(frozen=True, slots=True)
class Listed:
    """A plugin that was read, with its place in the list."""

    index: int
    written: str
    file: PluginFile
    scan: Scan
    content: bytes = field(repr=False)

    def fault(self, line: int, message: str, remedy: str = "") -> Fault:
        """Something wrong at a line of the file."""
        return self.index, f"{self.written}:{line}: {message}", remedy


def read_plugins(written: Sequence[str], folder: Path) -> Plugins:
    """Read the files that ``plugins`` lists, relative to the study's ``folder``; nothing in them is executed."""
    found, faults = _read_all(written, folder)
    needed = required_files(found)
    members: dict[tuple[str, str], Any] = {}
    places: dict[tuple[str, str], str] = {}
    for listed in found:
        faults += _faults_of_file(listed, found)
        for item in listed.scan.declared:
            key, place = (item.kind, item.name), f"{listed.written}:{item.line}"
            if key in members:
                rule = f"{item.kind} {item.name!r} is registered twice"
                faults.append(listed.fault(item.line, rule, f"First in {places[key]}"))
                continue
            try:
                members[key], places[key] = stand_in(item, needed[listed.file]), place
            except ValueError as error:
                faults.append(listed.fault(item.line, str(error)))
    return Plugins(members, tuple(faults))


def read_file(index: int, written: str, path: Path) -> Listed:
    """Read one plugin.

    Raises:
        OSError: the file cannot be read.
    """
    content = path.read_bytes()
    return Listed(index, written, PluginFile(path, content_hash(content)), scan(content), content)


def content_hash(content: bytes) -> str:
    """The hash by which a plugin's bytes are known."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def required_files(found: Sequence[Listed]) -> dict[PluginFile, tuple[PluginFile, ...]]:
    """Each plugin's file, and those of the plugins that it imports, however indirectly."""
    by_module = {item.file.path.stem: item for item in found}
    return {item.file: tuple(_reached(item, by_module, set())) for item in found}


def _reached(
    item: Listed, by_module: Mapping[str, Listed], seen: set[PluginFile]
) -> Iterator[PluginFile]:
    if item.file in seen:
        return
    seen.add(item.file)
    yield item.file
    for module in item.scan.imports:
        if module in by_module:
            yield from _reached(by_module[module], by_module, seen)


def used_files(value: Any) -> tuple[PluginFile, ...]:
    """The files of plugins whose members a configuration holds, and of the metrics, which every trial computes."""
    metrics = [item for item in overlaid("metric").values() if isinstance(item, DeclaredMetric)]
    found = {*_files(value), *(file for metric in metrics for file in metric.files)}
    return tuple(sorted(found, key=lambda file: (file.path.name, file.digest)))


def _files(value: Any) -> Iterator[PluginFile]:
    if isinstance(value, Options):
        yield from type(value).__plugin_files__
        for name in type(value).model_fields:
            yield from _files(getattr(value, name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _files(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from _files(item)


def _read_all(written: Sequence[str], folder: Path) -> tuple[list[Listed], list[Fault]]:
    found: list[Listed] = []
    faults: list[Fault] = []
    known: dict[str, str] = {}
    for index, text in enumerate(written):
        try:
            path = _path(text, folder)
            if path.stem in known:
                rule = f"{text}: a plugin called {path.name} stands in the list already"
                raise _Refused(rule, "Each file stands once, and no two have the same name")
            known[path.stem] = text
            found.append(read_file(index, text, path))
        except _Refused as refused:
            faults.append((index, *refused.reason))
        except OSError as error:
            faults.append((index, f"{text}: cannot read the file: {error.strerror}", ""))
    return found, faults


class _Refused(Exception):
    """A path that no plugin can have."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.reason = (message, remedy)


def _path(text: str, folder: Path) -> Path:
    path = (folder / text).absolute()
    if path.suffix != ".py":
        raise _Refused(f"{text}: not a Python file", "A plugin's name ends in .py")
    try:
        resolved, home = path.resolve(), folder.resolve()
        exists = resolved.is_file()
    except (
        OSError,
        ValueError,
        RuntimeError,
    ):  # a name that no file can have, or links in a circle
        raise _Refused(f"{text!r}: not the name of a file") from None
    if not resolved.is_relative_to(home):
        rule = f"{text}: lies outside the study's folder"
        raise _Refused(rule, "Copy it beside the study file")
    if not exists:
        hint = did_you_mean(path.name, (file.name for file in path.parent.glob("*.py")))
        raise _Refused(f"{text}: no such file", hint or "Paths are relative to the study file")
    name = path.stem
    if not name.isidentifier() or name in sys.stdlib_module_names or name == "ablate":
        rule = f"{text}: '{name}' cannot be the name of a plugin"
        raise _Refused(rule, "Choose one that is no module of Python's, of letters, digits and '_'")
    return path


def _faults_of_file(listed: Listed, found: Sequence[Listed]) -> Iterator[Fault]:
    for line, message, remedy in listed.scan.remarks:
        yield listed.fault(line, message, remedy)
    others = {item.file.path.stem for item in found}
    for module, line in listed.scan.imports.items():
        if module == "":
            rule = "relative imports do not work in a plugin"
            yield listed.fault(
                line, rule, "List the other file under plugins too, and import it by its name"
            )
        elif module not in others and _lies_beside(module, listed.file.path):
            rule = f"{module}.py lies beside it and is not listed under plugins"
            yield listed.fault(line, rule, "List it, so that what it holds counts too")
    imported = {module for item in found if item is not listed for module in item.scan.imports}
    if not (listed.scan.declared or listed.scan.remarks or listed.file.path.stem in imported):
        yield listed.fault(1, "registers nothing", 'Write @register("model", "NAME") above a class')


def _lies_beside(module: str, path: Path) -> bool:
    if module in sys.stdlib_module_names or module == "ablate":
        return False
    return (path.parent / f"{module}.py").is_file()
