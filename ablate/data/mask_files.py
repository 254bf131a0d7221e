"""Data sets of one's own whose masks are files: how their pixels are to be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, model_validator

from ablate.data.class_file import ClassEntry, read_class_file
from ablate.data.dataset import SemanticSegmentation
from ablate.data.mask_reading import ColorMasks, IdMasks
from ablate.data.mask_source import ImagePair, MaskedSource, PairSource
from ablate.data.prepared import VOID
from ablate.errors import DataError, did_you_mean
from ablate.spec.labels import Color
from ablate.spec.options import NotIdentity, invalid

_LEVELS = range(256)


def _class_name(value: str) -> str:
    if not value.strip():
        raise invalid(f"the name of a class must not be empty, not {value!r}")
    return value


def _colors_of_classes(value: Any) -> Any:
    """The rule in one text, where pydantic would say of each kind of value why it is not that."""
    if value is None or value == "class_file":
        return value
    if not isinstance(value, Mapping):
        raise invalid(f"must be {{name: [r, g, b]}}, or class_file, not {value!r}")
    for name, color in value.items():
        if not isinstance(name, str):
            raise invalid(f"the name of a class must be text, not {name!r}", "Quote it")
        _class_name(name)
        _check_color(name, color)
    return value


def _check_color(name: str, color: Any) -> None:
    levels = color if isinstance(color, Sequence) and not isinstance(color, str) else ()
    if len(levels) != 3 or not all(type(level) is int and level in _LEVELS for level in levels):
        shown = list(color) if levels else color
        raise invalid(
            f"the colour of {name!r} must be three whole numbers from 0 to 255, not {shown!r}",
            "Write red, green and blue, for example [255, 0, 0]",
        )


_ClassName = Annotated[str, AfterValidator(_class_name)]


class MaskFiles(SemanticSegmentation):
    """Masks in files of their own, of ids or of colours.

    The fields say what is read and how, which the data set's fingerprint covers; so none counts a second time.
    """

    path: Annotated[str, NotIdentity()]
    """The folder; looked for in each data folder unless it is absolute."""
    class_names: Annotated[tuple[_ClassName, ...] | None, NotIdentity()] = None
    """The classes, in the order of their ids from 0."""
    class_file: Annotated[str | None, NotIdentity()] = None
    """A file in the folder that names the classes: ``.txt``, a name (or an id and a name) a line; ``.csv``, columns
    ``name``, and perhaps ``index`` and ``r``, ``g``, ``b``."""
    ignore_index: Annotated[int | tuple[int, ...] | None, NotIdentity()] = VOID
    """Ids of pixels that have no class; ``null``: there are none."""
    void: Annotated[tuple[_ClassName, ...], NotIdentity()] = ()
    """Classes whose pixels are to be left out, such as ``unlabeled``."""
    colors: Annotated[
        Mapping[str, Color] | Literal["class_file"] | None,
        BeforeValidator(_colors_of_classes),
        NotIdentity(),
    ] = None
    """Masks are of colours: these, ``{name: [r, g, b]}``, or those of the ``class_file``."""
    unknown_color: Annotated[Literal["error", "ignore"], NotIdentity()] = "error"
    """What a pixel is whose colour is no class: a mistake, or left out."""

    @model_validator(mode="after")
    def _classes_are_named_once(self) -> Self:
        ways = [
            name
            for name, value in (
                ("class_names", self.class_names),
                ("class_file", self.class_file),
                ("colors", self.colors if isinstance(self.colors, Mapping) else None),
            )
            if value is not None
        ]
        if len(ways) != 1:
            found = "none of them is given" if not ways else f"{' and '.join(ways)} are given"
            raise invalid(f"class_names, class_file or colors must name the classes; {found}")
        if self.colors == "class_file" and self.class_file is None:
            raise invalid("colors: class_file needs a class_file", "Name the file")
        return self

    def masked(self, folder: Path, pairs: Sequence[ImagePair]) -> MaskedSource:
        """The source of ``pairs``, whose class file lies in ``folder``.

        Raises:
            DataError: the classes contradict each other or the class file.
        """
        entries = self._entries(folder)
        self._check(entries)
        kept = [entry for entry in entries if entry.name not in self.void]
        images = PairSource(tuple(entry.name for entry in kept), tuple(pairs))
        palette = tuple(entry.color for entry in kept if entry.color is not None)
        reading = self._colors(entries) if self.colors is not None else self._ids(entries)
        palette = palette if len(palette) == len(kept) else ()
        return MaskedSource(images, reading, palette, is_stored_view=False)

    def _entries(self, folder: Path) -> list[ClassEntry]:
        if self.class_file is not None:
            return read_class_file(self.name, folder / self.class_file)
        if isinstance(self.colors, Mapping):
            colors = self.colors.items()
            return [ClassEntry(name, number, rgb) for number, (name, rgb) in enumerate(colors)]
        return [ClassEntry(name, number) for number, name in enumerate(self.class_names or ())]

    def _check(self, entries: Sequence[ClassEntry]) -> None:
        names = [entry.name for entry in entries]
        for name in names:
            if not name or names.count(name) > 1:
                raise self._error(f"the class {name!r} is named {names.count(name)} times")
        for name in self.void:
            if name not in names:
                hint = did_you_mean(name, names)
                raise self._error(f"void: there is no class {name!r}. {hint}".rstrip(" ."))
        for entry in entries if self.colors == "class_file" else ():
            if entry.color is None:
                raise self._error(f"{self.class_file} holds no colours (columns r, g and b)")
        values = [entry.id if self.colors is None else entry.color for entry in entries]
        for entry, value in zip(entries, values, strict=True):
            if values.count(value) > 1:
                raise self._error(f"class {entry.name!r}: {_show(value)} is another class's too")

    def _ids(self, entries: Sequence[ClassEntry]) -> IdMasks:
        ignored = (self.ignore_index,) if isinstance(self.ignore_index, int) else self.ignore_index
        for entry in entries:
            if entry.id in (ignored or ()) and entry.name not in self.void:
                raise self._error(
                    f"ignore_index {entry.id} is the id of the class {entry.name!r}. "
                    f"Add it to 'void', or set ignore_index to another value or null"
                )
        void = [entry.id for entry in entries if entry.name in self.void]
        kept = [entry.id for entry in entries if entry.name not in self.void]
        remedy = "Name these classes by class_names or class_file, or their values by ignore_index"
        color_remedy = "Say what the colours mean by colors: {name: [r, g, b]}"
        classes = tuple((value, number) for number, value in enumerate(kept))
        return IdMasks(classes, (*void, *(ignored or ())), remedy, color_remedy)

    def _colors(self, entries: Sequence[ClassEntry]) -> ColorMasks:
        kept = [entry.name for entry in entries if entry.name not in self.void]
        meaning: list[tuple[Color, int]] = [
            (entry.color, kept.index(entry.name) if entry.name in kept else VOID)
            for entry in entries
            if entry.color is not None
        ]
        return ColorMasks(tuple(meaning), self.unknown_color)

    def _error(self, message: str) -> DataError:
        return DataError(f"data set '{self.name}': {message}")


def _show(value: int | Color | None) -> str:
    return f"the id {value}" if isinstance(value, int) else f"the colour {list(value or ())}"
