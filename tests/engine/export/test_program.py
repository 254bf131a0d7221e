from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import ablate
from ablate.data.batches import eval_batches
from ablate.data.prepared import Split
from ablate.engine.export.check import check_program
from ablate.engine.export.program import NormalizedNetwork, write_program
from ablate.errors import TrialError
from ablate.spec.labels import plain_labels
from ablate.spec.values import ImageShape, Normalization
from ablate.testing.model_cases import CASES, ModelCase
from tests.engine.export.folders import folder_of

#: One of every other line of the table; the others take as long as the rest of these tests together.
ONE_EACH = tuple({case.name: case for case in reversed(CASES)}.values())[::2]
OTHERS = tuple(case for case in CASES if case not in ONE_EACH)


def check_export(case: ModelCase, folder: Path) -> None:
    """A network of the case, exported, loaded and compared with itself on 1, 2 and 3 images."""
    torch.manual_seed(0)
    channels = case.shape.channels
    normalization = Normalization(mean=(0.4,) * channels, std=(0.3,) * channels)
    model = NormalizedNetwork(case.parse().build(case.shape, case.num_classes), normalization)
    check_program(folder_of(model, case.shape, folder), model, case.name)


@pytest.mark.parametrize("case", ONE_EACH, ids=str)
def test_every_family_can_be_exported(case: ModelCase, tmp_path: Path) -> None:
    check_export(case, tmp_path / "exported")


@pytest.mark.long
@pytest.mark.parametrize("case", OTHERS, ids=str)
def test_with_other_options_too(case: ModelCase, tmp_path: Path) -> None:
    check_export(case, tmp_path / "exported")


def test_images_are_normalised_as_in_evaluation() -> None:
    """To the last bit, from what is stored."""
    pixels = np.random.default_rng(0).integers(256, size=(16, 5, 7, 3), dtype=np.uint8)
    split = Split(pixels, np.arange(16), np.zeros(16, np.int64))
    normalization = Normalization(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    (batch,) = eval_batches(
        split, plain_labels(["a"]), batch_size=16, normalization=normalization, device="cpu"
    )
    model = NormalizedNetwork(nn.Identity(), normalization)
    stored = torch.from_numpy(pixels).permute(0, 3, 1, 2)
    assert torch.equal(model(stored.float() / 255), batch.image)


def test_an_encoder_gives_flat_representations() -> None:
    normalization = Normalization(mean=(0.5,), std=(0.5,))
    model = NormalizedNetwork(nn.Conv2d(1, 4, 2), normalization, flat=True)
    assert model(torch.zeros(3, 1, 4, 4)).shape == (3, 36)


def test_nothing_tells_of_this_machine_and_nothing_is_pickled(folder: Path) -> None:
    with zipfile.ZipFile(folder / "model.pt2") as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    for place in (Path(torch.__file__).parent, Path(ablate.__file__).parent, Path.home()):
        assert not any(str(place).encode() in content for content in contents.values())
    inputs = next(name for name in contents if "sample_inputs" in name)
    assert contents[inputs] == b""


class Branches(nn.Module):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return image if image.sum() > 0 else -image


def test_what_torch_cannot_export_is_named_with_the_way_out(tmp_path: Path) -> None:
    model = NormalizedNetwork(Branches(), Normalization(mean=(0.5,), std=(0.5,)))
    shape = ImageShape(channels=1, height=4, width=4)
    with pytest.raises(TrialError, match=r"cannot turn model mine into a program.*--weights-only"):
        write_program(model, "mine", shape, tmp_path / "model.pt2")


def test_a_program_of_another_network_is_noticed(folder: Path, model: NormalizedNetwork) -> None:
    check_program(folder, model, "tiny")
    with torch.no_grad():
        next(model.network.parameters()).add_(1.0)
    with pytest.raises(TrialError, match="program of model tiny gives"):
        check_program(folder, model, "tiny")


def test_a_program_that_cannot_be_loaded_is_noticed(folder: Path, model: NormalizedNetwork) -> None:
    (folder / "model.pt2").write_bytes(b"")
    with pytest.raises(TrialError, match=r"cannot be used: .*SHA-256"):
        check_program(folder, model, "tiny")
