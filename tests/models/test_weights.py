from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from ablate.models.torchvision_family import TorchvisionOptions
from ablate.models.weights import WeightFile
from ablate.spec.options import identity_tree, to_tree
from ablate.spec.values import ImageShape

RGB = ImageShape(channels=3, height=32, width=32)


def options(weights: object) -> TorchvisionOptions:
    return TorchvisionOptions.model_validate({"name": "torchvision/resnet18", "weights": weights})


def test_a_path_does_not_count_for_identity_but_its_presence_does() -> None:
    trees = [identity_tree(options(text)) for text in ("a.pt", "b/a.pt", "random", "imagenet")]
    assert trees[0] == trees[1]
    assert len({str(tree) for tree in trees}) == 3


def test_a_path_survives_writing_and_reading() -> None:
    parsed = options("a.pt")
    assert parsed.weights == WeightFile(path="a.pt")
    assert TorchvisionOptions.model_validate(to_tree(parsed)) == parsed


def test_files_are_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert options("a.pt").files() == (tmp_path / "a.pt",)
    assert options("imagenet").files() == ()


def test_a_missing_file_is_a_problem_that_names_the_remedy() -> None:
    ((field, message),) = options("imagnet").problems(RGB)
    assert field == "weights"
    assert "no file 'imagnet'" in message
    assert "'imagenet'" in message


def test_a_file_may_lie_in_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, data = tmp_path / "here", tmp_path / "data"
    for folder in (here, data):
        folder.mkdir()
    (data / "a.pt").touch()
    monkeypatch.chdir(here)
    monkeypatch.setenv("ABLATE_DATA", str(data))
    assert options("a.pt").files() == (data / "a.pt",)
    (here / "a.pt").touch()
    assert options("a.pt").files() == (here / "a.pt",), "the current folder goes first"
    ((_, message),) = options("b.pt").problems(RGB)
    assert str(here / "b.pt") in message
    assert str(data / "b.pt") in message


@pytest.mark.parametrize("weights", [1, None, {"pth": "a.pt"}])
def test_other_weights_are_refused(weights: object) -> None:
    with pytest.raises(ValidationError):
        options(weights)
