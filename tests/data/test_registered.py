from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ablate.data.place import DataPlace
from ablate.data.prepare import prepare
from ablate.errors import DataError
from ablate.registry import table
from ablate.testing.data_cases import FAKES, check_data_set, data_options


def test_every_data_set_has_a_fake() -> None:
    assert tuple(sorted(FAKES)) == table("data set").own_names()


@pytest.mark.parametrize("name", sorted(FAKES))
def test_contract(name: str, root: Path, tmp_path: Path) -> None:
    options = data_options(**{"batch_size": 4, **FAKES[name](root)})
    check_data_set(options, root, tmp_path / "scratch")


@pytest.mark.parametrize("name", sorted(FAKES.keys() - {"digits", "shapes"}))
def test_absent_data_names_the_folder_and_the_remedy(
    name: str, root: Path, place: DataPlace, tmp_path: Path
) -> None:
    options = data_options(**FAKES[name](tmp_path / "elsewhere"))
    with pytest.raises(DataError) as caught:
        prepare(options, place)
    assert str(root) in str(caught.value)
    assert "ABLATE_DATA" in str(caught.value)


def test_preparing_data_does_not_import_torch(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from ablate.registry import table
from ablate.data import DataPlace
from ablate.data.prepare import prepare
for kind in ("data set", "augmentation"):
    for name in table(kind).names():
        table(kind).get(name)
options = table("data set").get("digits").model_validate(
    {{"name": "digits", "augment": ("random_crop", "auto_augment")}}
)
prepare(options, DataPlace((), Path({str(tmp_path)!r}), None))
heavy = {{"torch", "torchvision", "sklearn", "scipy", "pandas", "matplotlib", "requests"}}
print(", ".join(sorted(heavy & sys.modules.keys())))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.stdout.strip(), run.stderr) == ("", "")
