"""Importing plugins: in the process of a trial, and in tests of one's own; never where a study is read."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from ablate.plugins.registration import Key, PluginError, registrations
from ablate.registry import overlay
from ablate.spec.plugins.listed import Listed, read_file, required_files


@contextmanager
def load(*files: str | Path) -> Iterator[None]:
    """Import plugins, and let their members be found by name inside the ``with`` block.

    The files may import each other by name, and no other file beside them.

    Raises:
        PluginError: a file cannot be imported, or registers other members than its text says.
    """
    with load_unchanged({str(file): None for file in files}):
        yield


@contextmanager
def load_unchanged(files: Mapping[str, str | None]) -> Iterator[None]:
    """As :func:`load`, of files whose bytes must have the given hashes."""
    found = [_read(index, Path(path), digest) for index, (path, digest) in enumerate(files.items())]
    with _importable(found):
        members = _import_all(found)
        with overlay(members):
            yield


def _read(index: int, path: Path, digest: str | None) -> Listed:
    try:
        listed = read_file(index, path.name, path.absolute())
    except OSError as error:
        raise PluginError(f"plugin {path.name}: cannot read {path}: {error.strerror}") from None
    if digest is not None and listed.file.digest != digest:
        rule = "the file was changed after the study was read"
        raise PluginError(f"plugin {path.name}: {rule}. Run the study again")
    if listed.scan.remarks:
        line, message, remedy = listed.scan.remarks[0]
        raise PluginError(
            ". ".join(filter(None, (f"plugin {path.name}:{line}: {message}", remedy)))
        )
    return listed


@contextmanager
def _importable(found: list[Listed]) -> Iterator[None]:
    """Let ``import NAME`` find these files, and forget them afterwards."""
    finder = _Finder({item.file.path.stem: item for item in found})
    before = {name: sys.modules.pop(name) for name in finder.files if name in sys.modules}
    for name, module in before.items():
        if not _is_module_of(module, finder.files[name].file.path):
            sys.modules.update(before)
            rule = f"plugin {name}.py: a module '{name}' is there already. Rename the file"
            raise PluginError(rule)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in finder.files:
            sys.modules.pop(name, None)
        sys.modules.update(before)


def _is_module_of(module: ModuleType, path: Path) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).resolve() == path.resolve()


class _Finder(MetaPathFinder):
    """Finds plugins by the name of their file."""

    def __init__(self, files: Mapping[str, Listed]) -> None:
        self.files = files

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.files:
            return None
        listed = self.files[fullname]
        return spec_from_file_location(fullname, listed.file.path, loader=_Source(fullname, listed))


class _Source(SourceFileLoader):
    """Executes exactly the bytes that were hashed, and leaves no compiled file behind."""

    def __init__(self, name: str, listed: Listed) -> None:
        super().__init__(name, str(listed.file.path))
        self._listed = listed

    def get_code(self, fullname: str) -> CodeType | None:
        return compile(self._listed.content, self.path, "exec", dont_inherit=True)


def _import_all(found: list[Listed]) -> dict[Key, Any]:
    """Kind and name to what the plugins registered, each class marked with the files that make it what it is."""
    files = required_files(found)
    with registrations() as registered:
        for item in found:
            _import(item)
    for item in found:
        for declared in item.scan.declared:
            key = (declared.kind, declared.name)
            if key not in registered:
                rule = f"registers no {key[0]} {key[1]!r}, although line {declared.line} says so"
                raise PluginError(f"plugin {item.written}: {rule}")
            if isinstance(registered[key], type):
                registered[key].__plugin_files__ = files[item.file]
    _refuse_undeclared(found, registered)
    return dict(registered)


def _import(item: Listed) -> None:
    try:
        importlib.import_module(item.file.path.stem)
    except PluginError as error:
        raise PluginError(f"plugin {item.written}: {error}") from error
    except Exception as error:  # whatever somebody else's code raises
        reason = f"{type(error).__name__}: {error}"
        raise PluginError(f"plugin {item.written}: {reason}") from error


def _refuse_undeclared(found: list[Listed], registered: Mapping[Key, Any]) -> None:
    declared = {(entry.kind, entry.name) for item in found for entry in item.scan.declared}
    for kind, name in registered.keys() - declared:
        names = ", ".join(item.written for item in found)
        rule = f"{kind} {name!r} is registered by code that cannot be read from the text"
        raise PluginError(f"plugin {names}: {rule}. Call register above a class or function")
