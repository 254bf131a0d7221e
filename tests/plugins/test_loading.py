from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ablate.plugins import PluginError, load
from ablate.plugins.loading import load_unchanged
from ablate.registry import UnknownName, table
from ablate.spec.plugins import read_plugins

MODEL = """\
from __future__ import annotations
from ablate.plugins import register
from ablate.spec.sections import ModelOptions

@register("model", "tiny_net")
class TinyNet(ModelOptions):
    width: int | None = 16
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    path = tmp_path / "tiny_plugin.py"
    path.write_text(MODEL)
    return path


def test_members_are_known_inside_the_block_only(plugin: Path) -> None:
    with load(plugin):
        member = table("model").get("tiny_net")
        assert member(name="tiny_net").width == 16
        assert sys.modules["tiny_plugin"].TinyNet is member
        assert [file.path for file in member.__plugin_files__] == [plugin]
    assert "tiny_plugin" not in sys.modules
    with pytest.raises(UnknownName):
        table("model").get("tiny_net")


def test_nothing_is_left_beside_the_file(plugin: Path) -> None:
    with load(plugin):
        pass
    assert [path.name for path in plugin.parent.iterdir()] == ["tiny_plugin.py"]
    assert str(plugin.parent) not in sys.path


def test_plugins_import_each_other_by_name(plugin: Path) -> None:
    (plugin.parent / "tiny_layers.py").write_text("WIDTH = 3\n")
    plugin.write_text(
        MODEL.replace(
            "import register\n", "import register\nfrom tiny_layers import WIDTH\n"
        ).replace("= 16", "= WIDTH")
        + "    def late(self):\n        import tiny_layers\n        return tiny_layers.WIDTH\n"
    )
    with load(plugin, plugin.parent / "tiny_layers.py"):
        member = table("model").get("tiny_net")
        assert member(name="tiny_net").width == member(name="tiny_net").late() == 3
        assert [file.path.name for file in member.__plugin_files__] == [
            "tiny_plugin.py",
            "tiny_layers.py",
        ]
    (plugin.parent / "tiny_layers.py").unlink()
    with (
        pytest.raises(PluginError, match="ModuleNotFoundError: No module named 'tiny_layers'"),
        load(plugin),
    ):
        pass


SHADOWED = "def register(*a):\n    return lambda c: c\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("raise RuntimeError('no luck')\n", "plugin tiny_plugin.py: RuntimeError: no luck"),
        (MODEL + "import not_there\n", "plugin tiny_plugin.py: ModuleNotFoundError"),
        (MODEL + "1 / 0\n", "plugin tiny_plugin.py: ZeroDivisionError"),
        ("x = (\n", "plugin tiny_plugin.py:1: not valid Python"),
        (
            MODEL
            + "getattr(__import__('ablate').plugins, 'reg' + 'ister')('model', 'b')(TinyNet)\n",
            "model 'b' is registered by code that cannot be read from the text",
        ),
        (
            MODEL.replace("\n@register", f"\n{SHADOWED}@register"),
            "registers no model 'tiny_net', although line 8 says so",
        ),
    ],
)
def test_a_plugin_that_is_not_what_its_text_says(plugin: Path, text: str, message: str) -> None:
    plugin.write_text(text)
    with pytest.raises(PluginError, match=message), load(plugin):
        pass
    assert "tiny_plugin" not in sys.modules


def test_a_changed_file_is_not_taken_for_the_one_that_was_read(plugin: Path) -> None:
    (file,) = (
        read_plugins(["tiny_plugin.py"], plugin.parent)
        .members["model", "tiny_net"]
        .__plugin_files__
    )
    with load_unchanged({str(plugin): file.digest}):
        assert table("model").get("tiny_net").__plugin_files__ == (file,)
    plugin.write_text(MODEL + "# changed\n")
    with (
        pytest.raises(PluginError, match="was changed after the study was read"),
        load_unchanged({str(plugin): file.digest}),
    ):
        pass
    plugin.unlink()
    with (
        pytest.raises(PluginError, match="cannot read"),
        load_unchanged({str(plugin): file.digest}),
    ):
        pass


def test_a_name_that_is_taken_by_another_module(tmp_path: Path) -> None:
    path = tmp_path / "numpy.py"
    path.write_text(MODEL)
    before = sys.modules["numpy"]
    with pytest.raises(PluginError, match="a module 'numpy' is there already"), load(path):
        pass
    assert sys.modules["numpy"] is before


def test_loading_inside_loading_is_a_study_of_its_own(plugin: Path) -> None:
    other = plugin.parent / "other_plugin.py"
    other.write_text(MODEL.replace("tiny_net", "other_net"))
    with load(plugin):
        with load(other), pytest.raises(UnknownName):
            table("model").get("tiny_net")
        assert table("model").get("tiny_net")
