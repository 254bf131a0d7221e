from __future__ import annotations

from pathlib import Path

import pytest

from ablate.data.place import DataPlace, default_place
from ablate.errors import DataError


def test_named_folder_goes_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABLATE_DATA", str(tmp_path / "environment"))
    place = default_place(tmp_path / "named", tmp_path / "study")
    assert place.roots[:2] == (tmp_path / "named", tmp_path / "study")
    assert tmp_path / "environment" not in place.roots
    assert place.roots[-1] == place.downloads


def test_environment_names_data_and_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABLATE_DATA", str(tmp_path / "environment"))
    monkeypatch.setenv("ABLATE_CACHE", str(tmp_path / "cache"))
    place = default_place(None, tmp_path / "study")
    assert place.roots[0] == tmp_path / "environment"
    assert place.cache == tmp_path / "cache"


def test_without_settings_the_study_folder_is_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ABLATE_DATA", raising=False)
    monkeypatch.delenv("ABLATE_CACHE", raising=False)
    place = default_place(None, tmp_path)
    assert place.roots[0] == tmp_path
    assert place.cache.name == "ablate"


def test_the_first_root_that_has_it_wins(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    (second / "x").mkdir(parents=True)
    place = DataPlace((first, second), tmp_path, None)
    assert place.locate("set", "x") == second / "x"
    (first / "x").mkdir(parents=True)
    assert place.locate("set", "x") == first / "x"
    assert place.locate("set", str(second / "x")) == second / "x"


def test_missing_data_names_every_place_and_the_remedy(tmp_path: Path) -> None:
    place = DataPlace((tmp_path / "a", tmp_path / "b"), tmp_path, None)
    with pytest.raises(DataError) as caught:
        place.locate("image-folder", "photos")
    text = str(caught.value)
    assert "image-folder" in text
    assert str(tmp_path / "a/photos") in text
    assert str(tmp_path / "b/photos") in text
    assert "--data" in text
    assert "ABLATE_DATA" in text
