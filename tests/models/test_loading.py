from __future__ import annotations

import os
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import nn

from ablate.errors import TrialError
from ablate.models.loading import load_weights, read_state


def net(num_classes: int = 3, channels: int = 3, width: int = 4) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, width, 3),
        nn.BatchNorm2d(width),
        nn.Flatten(),
        nn.Linear(4, num_classes),
    )


def test_everything_is_loaded_from_the_same_architecture() -> None:
    source, target = net(), net()
    report = load_weights(target, source.state_dict(), head=("3",), source="a.pt")
    assert set(report.loaded) == set(source.state_dict())
    assert report.missing == report.unexpected == report.head == ()
    for name, tensor in source.state_dict().items():
        assert torch.equal(target.state_dict()[name], tensor)


def test_the_head_of_another_number_of_classes_stays_at_its_initialisation() -> None:
    target = net(num_classes=5)
    initial = target[3].weight.detach().clone()
    report = load_weights(target, net().state_dict(), head=("3",), source="a.pt")
    assert report.head == ("3.weight", "3.bias")
    assert torch.equal(target[3].weight, initial)


def test_a_file_without_the_head_is_nothing_to_warn_about(caplog: pytest.LogCaptureFixture) -> None:
    state = {name: value for name, value in net().state_dict().items() if not name.startswith("3.")}
    with caplog.at_level("INFO", logger="ablate"):
        report = load_weights(net(), state, head=("3",), source="a.pt")
    assert report.missing == ("3.weight", "3.bias")
    assert [record.levelname for record in caplog.records] == ["INFO"]


def test_missing_and_unexpected_tensors_are_reported(caplog: pytest.LogCaptureFixture) -> None:
    state = net().state_dict()
    del state["1.num_batches_tracked"]
    state["extra"] = torch.zeros(1)
    with caplog.at_level("INFO", logger="ablate"):
        report = load_weights(net(), state, head=("3",), source="a.pt")
    assert report.missing == ("1.num_batches_tracked",)
    assert report.unexpected == ("extra",)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert caplog.messages == [
        "a.pt: 8 of 9 tensors loaded; not in the file: 1.num_batches_tracked; "
        "only in the file: extra"
    ]


def test_grey_kernels_are_the_sum_of_the_rgb_ones() -> None:
    source, target = net(), net(channels=1)
    load_weights(target, source.state_dict(), head=("3",), source="a.pt")
    grey = torch.randn(2, 1, 3, 3)
    expected = source[0](grey.expand(-1, 3, -1, -1))
    torch.testing.assert_close(target[0](grey), expected)


def test_another_architecture_is_refused() -> None:
    with pytest.raises(TrialError, match=r"fits only 0 of the 9 tensors.*model\.name"):
        load_weights(net(), {"conv.weight": torch.zeros(1)}, head=(), source="a.pt")


def test_a_shape_that_differs_outside_the_head_is_refused() -> None:
    state = net().state_dict() | {"0.weight": torch.zeros(4, 3, 5, 5)}
    with pytest.raises(TrialError, match=r"0\.weight \(file 4 x 3 x 5 x 5, model 4 x 3 x 3 x 3\)"):
        load_weights(net(), state, head=("3",), source="a.pt")


@pytest.mark.parametrize("wrapper", [None, "state_dict", "model"])
def test_files_of_torch_are_read_without_wrapping_or_prefix(
    tmp_path: Path, wrapper: str | None
) -> None:
    state = net().state_dict()
    prefixed = {f"module.{name}": tensor for name, tensor in state.items()}
    torch.save({wrapper: prefixed, "epoch": 3} if wrapper else prefixed, tmp_path / "a.pt")
    found = read_state(tmp_path / "a.pt")
    assert found.keys() == state.keys()
    assert all(torch.equal(found[name], state[name]) for name in state)


def test_safetensors_are_read(tmp_path: Path) -> None:
    state = net().state_dict()
    safetensors.torch.save_file(state, tmp_path / "a.safetensors")
    found = read_state(tmp_path / "a.safetensors")
    assert all(torch.equal(found[name], state[name]) for name in state)


def write_text(path: Path) -> None:
    path.write_text("not weights")


def write_module(path: Path) -> None:
    torch.save(net(), path)


def write_numbers(path: Path) -> None:
    torch.save({"epoch": 3}, path)


def write_list(path: Path) -> None:
    torch.save([torch.zeros(1)], path)


def write_nothing(path: Path) -> None:
    path.touch()


def test_half_a_file_is_said_to_be_cut_short(tmp_path: Path) -> None:
    torch.save(net().state_dict(), tmp_path / "a.pt")
    content = (tmp_path / "a.pt").read_bytes()
    (tmp_path / "a.pt").write_bytes(content[: len(content) // 2])
    size = f"{len(content) // 2:,} bytes"
    with pytest.raises(TrialError, match=rf"a\.pt is damaged, cut short.*\({size}\)\. Copy it"):
        read_state(tmp_path / "a.pt")


class Malice:
    """What runs a command where it is unpickled."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> object:
        return os.system, (f"touch {self.proof}",)


def test_code_in_a_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    torch.save({"conv.weight": Malice(tmp_path / "proof")}, tmp_path / "a.pt")
    with pytest.raises(TrialError, match=r"a\.pt holds more than tensors.*could run any code"):
        read_state(tmp_path / "a.pt")
    assert not (tmp_path / "proof").exists()


def leave_out(path: Path) -> None:
    assert not path.exists()


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize(
    "write", [write_text, write_module, write_numbers, write_list, write_nothing, leave_out]
)
def test_anything_else_is_refused_with_its_path(tmp_path: Path, write: object, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write(path)  # type: ignore[operator]
    with pytest.raises(TrialError, match="a" + suffix):
        read_state(path)
