"""Load the exported network of this folder. Needs torch and nothing else; Pillow only for the command line.

    from load import load
    model, info = load("folder")
    logits = model(images)      # (N, C, H, W): uint8, or float in 0..1, of the size that info["input"] names

`python load.py image.png` says what the network makes of an image, if Pillow is installed.

Before torch reads model.pt2, its hash is compared with the one in model.json, and its content is checked: torch
itself would execute code that such a file may hold (pickles, shared libraries, expressions). Here it may hold
numbers and the names of torch's own operators; anything else is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

#: What an archive may hold, below its one folder.
_MEMBERS = re.compile(
    r"data/weights/(weight_\d+|model_weights_config\.json)"
    r"|data/constants/(tensor_\d+|model_constants_config\.json)"
    r"|data/sample_inputs/model\.pt|models/model\.json"
    r"|archive_format|archive_version|byteorder|\.data/version|\.data/serialization_id"
)
_OPERATOR = re.compile(r"torch\.ops\.aten\.\w+\.\w+|_operator\.(add|sub|mul|floordiv|mod|getitem)")
#: Names, numbers, versions; nothing that could be called.
_PLAIN = re.compile(r"[\w.+-]*")
#: What stands in expressions of the number of images; without dots and quotes around other text.
_EXPRESSION = re.compile(
    r"(Symbol\('\w+'|\b(Integer|Mul|Add|FloorDiv|Mod|positive|integer|True)\b|[\d\s(),=*+-])*"
)
_SPEC_TYPES = (None, "builtins.tuple", "builtins.dict", "builtins.list")


class LoadError(Exception):
    """A folder that is damaged, or not what it says."""


class Model:
    """An exported network.

    It maps images (N, C, H, W), uint8 or float in 0..1, to what ``info["output"]`` describes, as float32. Normalisation
    is part of the network.
    """

    def __init__(self, program: Any, info: dict[str, Any], device: torch.device) -> None:
        self._program = program
        self._input = info["input"]
        self._device = device

    def __call__(self, images: Tensor) -> Tensor:
        """Logits, or representations, of a batch of images.

        Raises:
            ValueError: the images have another shape or type.
        """
        wanted = tuple(self._input[side] for side in ("channels", "height", "width"))
        if images.dim() != 4 or tuple(images.shape[1:]) != wanted:
            raise ValueError(
                f"images of shape (N, {', '.join(map(str, wanted))}) are needed, not {tuple(images.shape)}"
            )
        if images.dtype != torch.uint8 and not images.is_floating_point():
            raise ValueError(f"images are uint8, or float in 0..1, not {images.dtype}")
        return self._run(images)

    @torch.no_grad()
    def _run(self, images: Tensor) -> Tensor:
        images = images.to(self._device)
        floats = images.float() / 255 if images.dtype == torch.uint8 else images.float()
        logits: Tensor = self._program(floats)
        return logits.float()


def load(folder: str | Path, device: str | torch.device = "cpu") -> tuple[Model, dict[str, Any]]:
    """The network of an exported folder on a device, and what model.json says of it.

    Raises:
        LoadError: the folder is damaged, or holds what could execute code.
    """
    folder, device = Path(folder), torch.device(device)
    info = read_info(folder)
    path = folder / "model.pt2"
    if "model.pt2" not in info["files"]:
        raise LoadError(f"{folder} was exported with --weights-only: it has weights and no program")
    _check_hash(path, info["files"]["model.pt2"]["sha256"])
    _check_content(path)
    program = torch.export.load(path)
    if device.type != "cpu":
        from torch.export.passes import move_to_device_pass

        program = move_to_device_pass(program, device)
    return Model(_module(program), info, device), info


def read_info(folder: str | Path) -> dict[str, Any]:
    """What ``model.json`` says.

    Raises:
        LoadError: there is none, or it is not one that this loader knows.
    """
    path = Path(folder, "model.json")
    try:
        info: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        known = info["format"] == 1
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LoadError(
            f"{folder} is no exported model: {path.name} is missing or damaged ({error})"
        ) from None
    if not known:
        raise LoadError(f"{path} has format {info['format']}; this loader knows 1")
    return info


def _module(program: Any) -> Any:
    try:
        return program.module(check_guards=False)
    except TypeError:  # older versions of torch make no guards
        return program.module()


def _check_hash(path: Path, expected: str) -> None:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    except OSError as error:
        raise LoadError(f"cannot read {path}: {error.strerror}") from None
    if digest.hexdigest() != expected:
        raise LoadError(
            f"{path} is not the file that model.json describes: its SHA-256 differs. Export it again"
        )


def _check_content(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            for problem in _problems(archive):
                raise LoadError(f"{path} is not loaded: {problem}, which an export never holds")
    except (zipfile.BadZipFile, ValueError, KeyError) as error:
        raise LoadError(f"{path} is damaged: {error}") from None


def _problems(archive: zipfile.ZipFile) -> Iterator[str]:
    names = archive.namelist()
    if len(set(names)) < len(names) or len({name.partition("/")[0] for name in names}) != 1:
        yield "it holds a file twice, or several programs"
    for member in archive.infolist():
        name = member.filename.partition("/")[2]
        if not _MEMBERS.fullmatch(name):
            yield f"it holds {member.filename!r}"
        if name == "data/sample_inputs/model.pt" and member.file_size:
            yield "it holds pickled sample inputs"
        if name.endswith("_config.json"):
            payloads = json.loads(archive.read(member))["config"].values()
            if any(payload["use_pickle"] is not False for payload in payloads):
                yield "it holds pickled tensors"
        elif name == "models/model.json":
            yield from _strange(json.loads(archive.read(member)))


def _strange(value: Any, key: str = "") -> Iterator[str]:
    """What the description of a program holds beside operators of torch, names and sizes."""
    if isinstance(value, dict):
        for name, item in value.items():
            if not _PLAIN.fullmatch(name):
                yield f"it holds the name {name!r}"
            yield from _strange(item, name)
    elif isinstance(value, list):
        if key == "guards_code" and value:
            yield "it holds guards, which are code"
        for item in value:
            yield from _strange(item, key)
    elif isinstance(value, str) and not _is_plain(value, key):
        yield f"it holds {key} {value!r}"


def _is_plain(text: str, key: str) -> bool:
    if key == "target":
        return _OPERATOR.fullmatch(text) is not None
    if key == "expr_str":
        return _EXPRESSION.fullmatch(text) is not None
    if key in ("in_spec", "out_spec"):
        return all(kind in _SPEC_TYPES for kind in _spec_types(json.loads(text)))
    return _PLAIN.fullmatch(text) is not None


def _spec_types(spec: Any) -> Iterator[Any]:
    if isinstance(spec, dict):
        yield spec["type"]
        yield from _spec_types(spec["children_spec"])
    elif isinstance(spec, list):
        for item in spec:
            yield from _spec_types(item)


def _show(model: Model, info: dict[str, Any], file: str) -> None:
    result = model(_read_image(file, info["input"]))[0]
    if info["task"] == "ssl":
        print(f"{file}: a representation of {len(result)} values")
        return
    if info["task"] == "segmentation":
        found = result.argmax(0).flatten().bincount(minlength=len(info["classes"]))
        shares = found / found.sum()
        what = "of the pixels"
    else:
        shares, what = result.softmax(0), "probability"
    for number in shares.argsort(descending=True)[:5].tolist():
        print(f"{file}: {info['classes'][number]}: {shares[number]:.4f} {what}")


def _read_image(file: str, wanted: dict[str, Any]) -> Tensor:
    """An image as training read it: (1, C, H, W) uint8, as stored (EXIF is ignored), bilinear with antialiasing."""
    from PIL import Image

    image: Image.Image = Image.open(file)
    if image.mode.startswith("I;16"):  # of 16 bits the upper 8
        upper = image.tobytes()[0 if image.mode == "I;16B" else 1 :: 2]
        image = Image.frombytes("L", image.size, upper)
    image = image.convert("L" if wanted["channels"] == 1 else "RGB")
    size = (wanted["width"], wanted["height"])
    if image.size != size:
        image = image.resize(size, Image.Resampling.BILINEAR)
    pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return pixels.view(1, wanted["height"], wanted["width"], wanted["channels"]).permute(0, 3, 1, 2)


def _main(files: list[str]) -> int:
    if not files:
        print("usage: python load.py IMAGE...", file=sys.stderr)
        return 2
    try:
        import PIL  # noqa: F401
    except ImportError:
        print(
            "showing images needs Pillow: pip install pillow. load() needs torch alone",
            file=sys.stderr,
        )
        return 1
    try:
        model, info = load(Path(__file__).parent)
    except LoadError as error:
        print(error, file=sys.stderr)
        return 1
    for file in files:
        _show(model, info, file)
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
