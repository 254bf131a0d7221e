from __future__ import annotations

from types import SimpleNamespace

import pytest

from ablate.errors import UsageError
from ablate.schedule import Slot, machine
from ablate.schedule.slots import allot, slots


def test_one_slot_a_core_with_one_thread_each():
    found = allot(None, None, cores=3, gpus=())
    assert found == tuple(Slot(index, sharing=3) for index in range(3))
    assert {slot.threads for slot in allot(2, None, cores=16, gpus=())} == {1}


def test_jobs_decides_the_number_of_slots():
    assert len(allot(5, "cpu", cores=2, gpus=("0",))) == 5


def test_one_slot_a_gpu_by_its_own_entry():
    found = allot(None, None, cores=8, gpus=("3", "1"))
    assert found == (Slot(0, "cuda:0", 4, "3"), Slot(1, "cuda:0", 4, "1"))


def test_several_slots_a_gpu_fill_the_gpus_in_turn():
    found = allot(None, None, 2, cores=8, gpus=("3", "1"))
    assert [(slot.visible, slot.sharing, slot.threads) for slot in found] == [
        ("3", 2, 2),
        ("1", 2, 2),
        ("3", 2, 2),
        ("1", 2, 2),
    ]
    assert [slot.sharing for slot in allot(3, None, cores=8, gpus=("3", "1"))] == [2, 1, 2]


def test_gpus_can_be_pretended(monkeypatch):
    monkeypatch.setenv("ABLATE_FAKE_GPUS", "4x8")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,1")
    assert machine.gpus() == ("3", "1")
    assert machine.gpu_memory_bytes("3") == 8 << 30


@pytest.mark.parametrize(
    ("devices", "visible"), [("cuda", ["3", "1", "2"]), ("0,2", ["3", "2"]), ("1", ["1"])]
)
def test_devices_are_positions_in_the_visible_list(devices, visible):
    found = allot(None, devices, cores=1, gpus=("3", "1", "2"))
    assert [slot.visible for slot in found] == visible
    assert {slot.threads for slot in found} == {1}


@pytest.mark.parametrize(
    ("jobs", "devices", "gpus", "text"),
    [
        (0, None, (), "--jobs 0: at least one trial"),
        (None, "cuda", (), "--devices cuda: this machine shows no GPU. Write --devices cpu"),
        (None, "0", (), "--devices 0: this machine shows no GPU"),
        (None, "0,2", ("0", "1"), "no GPU 2. Valid: 0 to 1"),
        (None, "tpu", ("0",), "--devices tpu is neither cpu, cuda nor a list of GPU numbers"),
        (None, "", ("0",), "neither"),
        (None, "-1", ("0",), "neither"),
        (None, "0,0", ("0",), "names a GPU twice"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(jobs, devices, gpus, text):
    with pytest.raises(UsageError, match=text):
        allot(jobs, devices, cores=2, gpus=gpus)


def test_this_machine_has_slots():
    assert len(slots(devices="cpu")) == machine.cores() >= 1


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "200000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 2.0),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({}, None),
    ],
)
def test_the_quota_of_a_container(tmp_path, files, expected):
    (tmp_path / "cpu").mkdir()
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    assert machine.quota(tmp_path) == expected


@pytest.fixture
def four_gpus(monkeypatch):
    class NVMLError(Exception):
        pass

    fake = SimpleNamespace(
        NVMLError=NVMLError,
        nvmlInit=lambda: None,
        nvmlShutdown=lambda: None,
        nvmlDeviceGetCount=lambda: 4,
    )
    monkeypatch.setitem(__import__("sys").modules, "pynvml", fake)
    return fake


@pytest.mark.parametrize(
    ("outer", "expected"),
    [
        (None, ("0", "1", "2", "3")),
        ("3,1", ("3", "1")),
        ("", ()),
        ("1,9,2", ("1",)),
        ("GPU-1a,MIG-2b", ("GPU-1a", "MIG-2b")),
    ],
)
def test_an_outer_list_of_gpus_is_respected(four_gpus, monkeypatch, outer, expected):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if outer is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", outer)
    assert machine.gpus() == expected


def test_no_driver_means_no_gpu(four_gpus, monkeypatch):
    def fail():
        raise four_gpus.NVMLError

    monkeypatch.setattr(four_gpus, "nvmlInit", fail)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert machine.gpus() == ()
