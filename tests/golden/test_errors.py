"""Wrong studies: each gives one clear text, before anything trains. Golden files hold the texts.

``UPDATE_GOLDEN=1 pytest tests/golden`` writes them anew; read the difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import platformdirs
import pytest
from PIL import ExifTags, Image

from ablate.errors import AblateError
from ablate.runner.checks import check_plan
from ablate.runner.study import Study
from ablate.testing.mask_fakes import masked_image, save

CASES = sorted((Path(__file__).parent / "errors").glob("*.yaml"))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of images, each wrong in its own way."""
    root = tmp_path_factory.mktemp("pictures")
    generator = np.random.default_rng(0)
    for folder, classes, side in (
        ("corrupt", ("cat", "dog"), 12),
        ("one-class", ("cat",), 12),
        ("different-sizes", ("cat", "dog"), None),
    ):
        for name in classes:
            for index in range(8):
                size = side or 12 + index % 2
                pixels = generator.integers(0, 256, (size, size, 3), dtype=np.uint8)
                path = root / folder / "train" / name / f"{index}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(pixels).save(path)
    (root / "corrupt" / "train" / "dog" / "3.png").write_bytes(b"this is no image")
    _write_masks(root)
    return root


def _write_masks(root: Path) -> None:
    """Folders of images with masks of two classes, each wrong in its own way."""
    wrong = ("missing", "spare", "sizes", "ids", "colours", "rgb", "turned", "class-file")
    for folder in (f"masks-{name}" for name in wrong):
        for index in range(6):
            image, mask = masked_image(index, 2)
            save(root / folder / "train" / "images" / f"{index}.png", image)
            save(root / folder / "train" / "masks" / f"{index}.png", mask)
    (root / "masks-missing" / "train" / "masks" / "2.png").unlink()
    (root / "masks-spare" / "train" / "images" / "2.png").unlink()
    save(root / "masks-sizes" / "train" / "masks" / "2.png", masked_image(2, 2, 12, 15)[1])
    save(root / "masks-ids" / "train" / "masks" / "2.png", masked_image(2, 3)[1])
    for file in (root / "masks-colours" / "train" / "masks").iterdir():
        save(file, np.full((12, 16, 3), 7, np.uint8))
    save(root / "masks-rgb" / "train" / "masks" / "2.png", masked_image(2, 2)[0])
    (root / "masks-class-file" / "classes.txt").write_text("id name\n0 land\n1 sea\n")
    _turn(root / "masks-turned" / "train" / "images" / "2.png")


def _turn(path: Path) -> None:
    """Store an image as a camera does that was held upside down."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 3
    with Image.open(path) as image:
        image.save(path.with_suffix(".jpg"), exif=exif)
    path.unlink()


def check(case: Path, store: Path, data: Path) -> None:
    study = Study(case, store=store, data=data)
    check_plan(study.draft, study.plan, study.place)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_text_of_error(
    case: Path, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABLATE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("ABLATE_DATA", raising=False)
    with pytest.raises(AblateError) as caught:
        check(case, tmp_path / "mlruns", pictures)
    text = str(caught.value).replace(str(case), case.name).replace(str(pictures), "DATA")
    text = text.replace(str(case.parent), "STUDY_FOLDER")
    text = text.replace(platformdirs.user_data_dir("ablate"), "DOWNLOADS")
    golden = case.with_suffix(".txt")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == golden.read_text(encoding="utf-8")
    assert not (tmp_path / "mlruns").exists()


def test_there_are_many_wrong_studies() -> None:
    assert len(CASES) >= 40
