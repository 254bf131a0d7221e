from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
import torch

from ablate.engine.export import loader
from ablate.engine.export.loader import LoadError, load
from ablate.engine.export.program import NormalizedNetwork
from tests.engine.export.folders import Members, Tamper, describe

#: Allows the standard library, torch and what torch itself requires; then says what the network gives for grey images.
ALONE = """\
import sys
class Allowing:
    def __init__(self, finder):
        self.finder = finder
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        allowed = top in sys.stdlib_module_names or top.startswith("_sysconfigdata") or top in {allowed!r}
        return self.finder.find_spec(name, path, target) if allowed else None
sys.meta_path[:] = [Allowing(finder) for finder in sys.meta_path]
sys.path.insert(0, {folder!r})
from load import load
import torch
model, info = load({folder!r})
images = torch.full((2, 3, 8, 6), 128, dtype=torch.uint8)
print(model(images).tolist())
print(sorted({{"ablate", "timm", "torchvision", "safetensors", "PIL"}} & set(sys.modules)))
"""


def images(count: int = 2) -> torch.Tensor:
    return torch.randint(256, (count, 3, 8, 6), dtype=torch.uint8)


def of_torch() -> set[str]:
    """The modules of torch and of the packages that it requires."""
    names = {
        re.split(r"[^\w-]", text)[0] for text in requires("torch") or () if "extra" not in text
    }
    plain = {name.replace("-", "_").lower() for name in names}
    return {"load", "torch", "torchgen", "functorch", "mpmath", "markupsafe", *plain}


def test_it_gives_what_the_network_gives(folder: Path, model: NormalizedNetwork) -> None:
    loaded, info = load(folder)
    assert info["classes"] == ["a", "b"]
    for count in (1, 2, 5):
        stored = images(count)
        with torch.no_grad():
            expected = model(stored.float() / 255)
        assert torch.equal(loaded(stored), expected)
        assert torch.equal(loaded(stored.float() / 255), expected)
        assert torch.allclose(loaded((stored / 255).double()), expected)


def test_it_refuses_other_images(folder: Path) -> None:
    loaded, _ = load(folder)
    with pytest.raises(ValueError, match=r"\(N, 3, 8, 6\) are needed, not \(2, 3, 8, 8\)"):
        loaded(torch.zeros(2, 3, 8, 8))
    with pytest.raises(ValueError, match=r"uint8, or float in 0\.\.1, not torch\.int64"):
        loaded(torch.zeros(2, 3, 8, 6, dtype=torch.int64))


def test_it_needs_torch_alone(folder: Path, model: NormalizedNetwork) -> None:
    shutil.copyfile(loader.__file__, folder / "load.py")
    program = ALONE.format(allowed=of_torch(), folder=str(folder))
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    logits, imported = done.stdout.splitlines()
    with torch.no_grad():
        expected = model(torch.full((2, 3, 8, 6), 128.0) / 255)
    assert torch.allclose(torch.tensor(json.loads(logits)), expected)
    assert imported == "[]"


def test_another_program_than_the_described_one_is_refused(folder: Path) -> None:
    with (folder / "model.pt2").open("ab") as stream:
        stream.write(b"0")
    with pytest.raises(LoadError, match="SHA-256 differs"):
        load(folder)


def test_a_missing_program_is_named(folder: Path) -> None:
    (folder / "model.pt2").unlink()
    with pytest.raises(LoadError, match=r"cannot read .*model\.pt2"):
        load(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1'])
def test_a_damaged_description_is_named(folder: Path, text: str) -> None:
    (folder / "model.json").write_text(text)
    with pytest.raises(LoadError, match="no exported model"):
        load(folder)


def test_an_unknown_format_and_weights_alone_are_named(folder: Path) -> None:
    path = folder / "model.json"
    info = json.loads(path.read_text())
    path.write_text(json.dumps({**info, "files": {}}))
    with pytest.raises(LoadError, match="--weights-only"):
        load(folder)
    path.write_text(json.dumps({**info, "format": 9}))
    with pytest.raises(LoadError, match="has format 9"):
        load(folder)


def test_a_broken_archive_is_named(folder: Path) -> None:
    (folder / "model.pt2").write_bytes(b"no archive")
    describe(folder)
    with pytest.raises(LoadError, match="is damaged"):
        load(folder)


class Trap:
    """Unpickling it would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_pickled_sample_inputs_are_refused(tamper: Tamper, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    stream = io.BytesIO()
    torch.save((Trap(trap),), stream)
    folder = tamper(
        lambda members: members.update(
            {name_of(members, "sample_inputs/model.pt"): stream.getvalue()}
        )
    )
    torch.export.load(folder / "model.pt2")
    assert trap.exists(), "what the loader guards against: torch itself unpickles them"
    trap.unlink()
    with pytest.raises(LoadError, match="pickled sample inputs"):
        load(folder)
    assert not trap.exists()


def name_of(members: Members, ending: str) -> str:
    return next(name for name in members if name.endswith(ending))


def in_json(ending: str, change: Callable[[Any], object]) -> Callable[[Members], object]:
    """Changes one of the archive's JSON documents."""

    def changed(members: Members) -> None:
        name = name_of(members, ending)
        document = json.loads(members[name])
        change(document)
        members[name] = json.dumps(document).encode()

    return changed


def adding(name: str) -> Callable[[Members], object]:
    """Adds a file to the archive."""

    def added(members: Members) -> None:
        folder = next(iter(members)).partition("/")[0]
        members[f"{folder}/{name}"] = b""

    return added


def nodes(document: Any) -> Any:
    return document["graph_module"]["graph"]["nodes"]


def first_size(document: Any) -> Any:
    values = document["graph_module"]["graph"]["tensor_values"]
    return values["image"]["sizes"][0]["as_expr"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda members: members.update({"other/byteorder": b"little"}), "several programs"),
        (adding("data/aotinductor/model/a.so"), "aotinductor"),
        (adding("data/weights/model.pt"), r"weights/model\.pt"),
        (adding("data/constants/custom_obj_0"), "custom_obj_0"),
        (
            in_json(
                "model_weights_config.json",
                lambda found: next(iter(found["config"].values())).update(use_pickle=True),
            ),
            "pickled tensors",
        ),
        (
            in_json("models/model.json", lambda found: nodes(found)[0].update(target="torch.os.system")),
            r"target 'torch\.os\.system'",
        ),
        (
            in_json("models/model.json", lambda found: found.update(guards_code=["exit()"])),
            "guards, which are code",
        ),
        (
            in_json(
                "models/model.json",
                lambda found: first_size(found).update(expr_str="__import__('os').getcwd()"),
            ),
            "expr_str .__import__",
        ),
        (
            in_json("models/model.json", lambda found: nodes(found)[0].update(name="a=exit()")),
            r"name 'a=exit\(\)'",
        ),
        (
            in_json(
                "models/model.json",
                lambda found: found["graph_module"]["module_call_graph"][0]["signature"].update(
                    in_spec='[1, {"type": "os.PathLike", "context": "null", "children_spec": []}]'
                ),
            ),
            "in_spec",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_could_execute_code_is_refused(tamper: Tamper, change: Any, reason: str) -> None:
    folder = tamper(change)
    with pytest.raises(LoadError, match=f"is not loaded: it holds .*{reason}"):
        load(folder)


def test_a_repacked_archive_is_as_good(tamper: Tamper) -> None:
    loaded, _ = load(tamper(lambda members: None))
    assert loaded(images()).shape == (2, 2)
