"""What is checked of a plugin's options before anything of it runs, against what its own class says later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ablate.plugins import load
from ablate.registry import table
from ablate.spec.options import PluginFile, identity_tree, to_tree
from ablate.spec.plugins import StandIn, scan
from ablate.spec.plugins.stand_in import stand_in
from ablate.spec.sections import DataOptions, ModelOptions

HEAD = """\
from typing import Annotated, Any, ClassVar, Literal, Optional, Union
from pydantic import ConfigDict, Field, field_validator, model_validator
from ablate.plugins import register
from ablate.spec.options import AddedLater, NotIdentity
from ablate.spec.sections import DataOptions, ModelOptions, Positive, Probability
SIZE = 5
"""
FILE = PluginFile(Path("mine.py"), "0" * 32)


def text_of(body: str, kind: str = "model", base: str = "ModelOptions") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f'{HEAD}@register("{kind}", "mine")\nclass Mine({base}):\n    name: str\n{lines}'


def made(body: str, kind: str = "model", base: str = "ModelOptions") -> Any:
    found = scan(text_of(body, kind, base).encode())
    assert found.remarks == ()
    return stand_in(found.declared[0], (FILE,))


def accepts(member: Any, **options: Any) -> bool:
    try:
        member.model_validate({"name": "mine", **options})
    except ValidationError:
        return False
    return True


VALUES = [
    0,
    1,
    -1,
    3,
    2.5,
    0.5,
    True,
    None,
    "a",
    "relu",
    "1",
    (),
    (1,),
    (1, 2),
    (1.5,),
    ("a",),
    {"a": 1},
]
ANNOTATIONS = [
    "int",
    "float",
    "bool",
    "str",
    "'int'",
    "Any",
    "tuple",
    "dict",
    "Literal['relu', 'a', 1]",
    "tuple[int, ...]",
    "tuple[int, int]",
    "tuple[()]",
    "tuple[tuple[int, ...], ...]",
    "dict[str, int]",
    "int | None",
    "Optional[str]",
    "Union[int, tuple[int, ...]]",
    "Probability",
    "Positive | None",
    "Annotated[int, Field(ge=1, lt=3)]",
    "Annotated[tuple[int, ...], Field(min_length=1)]",
    "tuple[Annotated[int, Field(ge=1)], ...]",
    "Annotated[str, NotIdentity()]",
]


@pytest.mark.parametrize("annotation", ANNOTATIONS)
def test_values_are_judged_as_the_plugins_own_class_judges_them(
    annotation: str, tmp_path: Path
) -> None:
    path = tmp_path / "my_models.py"
    path.write_text(text_of(f"value: {annotation}"))
    member = made(f"value: {annotation}")
    with load(path):
        real = table("model").get("mine")
        for value in VALUES:
            assert accepts(member, value=value) == accepts(real, value=value), value
        assert not accepts(member) and not accepts(real)  # noqa: PT018


@pytest.mark.parametrize(
    "field",
    [
        "value: torch.dtype",
        "value: 'broken['",
        "value: Annotated[int, SIZE]",
        "value: int | Unseen",
        "value: int\n@field_validator('value', mode='before')\n@classmethod\ndef a(cls, v): ...",
        "value: int\n@model_validator(mode='wrap')\n@classmethod\ndef a(cls, v, h): ...",
        "model_config = ConfigDict(strict=False)\nvalue: int",
    ],
)
def test_what_cannot_be_judged_is_accepted_as_written(field: str) -> None:
    member = made(field)
    for value in VALUES:
        options = member.model_validate({"name": "mine", "value": value})
        assert to_tree(options)["value"] == value


def test_rules_of_a_field_are_checked() -> None:
    member = made("width: int = Field(4, ge=1, le=8)\nrate: float = Field(default=0.5, gt=0)")
    assert accepts(member, width=8)
    assert not accepts(member, width=9)
    assert not accepts(member, rate=0.0)
    assert to_tree(member(name="mine")) == {"name": "mine", "width": 4, "rate": 0.5}


def test_a_default_that_only_code_knows_is_left_out() -> None:
    member = made("width: int = SIZE\nhidden: tuple[int, ...] = Field(default_factory=tuple)")
    assert to_tree(member(name="mine")) == {"name": "mine"}
    assert to_tree(member(name="mine", width=3)) == {"name": "mine", "width": 3}
    assert not accepts(member, width="three")


def test_class_variables_and_private_names_are_no_options() -> None:
    member = made("LIMIT: ClassVar[int] = 3\n_cache: int = 3")
    assert not accepts(member, LIMIT=3)
    assert not accepts(member, _cache=3)


def test_an_unknown_key_is_an_error_unless_the_class_cannot_be_seen_whole() -> None:
    with pytest.raises(ValidationError, match="unknown key 'wdth'"):
        made("width: int = 4").model_validate({"name": "mine", "wdth": 3})
    member = made("width: int = 4", base="Elsewhere, ModelOptions")
    options = member.model_validate({"name": "mine", "depth": 3})
    assert to_tree(options) == {"name": "mine", "width": 4, "depth": 3}
    assert identity_tree(options) == to_tree(options)
    assert not accepts(member, width="wide")


def test_marks_of_identity_hold() -> None:
    member = made(
        "log: Annotated[str, NotIdentity()] = 'a'\nflip: Annotated[bool, AddedLater(old=False)] = False"
    )
    assert identity_tree(member(name="mine")) == {"name": "mine"}
    assert identity_tree(member(name="mine", flip=True)) == {"name": "mine", "flip": True}


def test_where_a_data_set_lies_is_no_part_of_its_identity() -> None:
    member = made("path: str\nnoise: float = 0.0", "data set", "DataOptions")
    assert issubclass(member, DataOptions)
    tree = identity_tree(member(name="mine", path="here"))
    assert "path" not in tree
    assert tree["noise"] == 0.0
    assert not accepts(member, path="here", batch_size=0)


def test_a_stand_in_is_neutral() -> None:
    options = made("width: int = 4")(name="mine")
    assert isinstance(options, ModelOptions)
    assert isinstance(options, StandIn)
    assert (options.problems(None), options.warnings(None), options.inert()) == ([], [], ())  # type: ignore[arg-type]
    assert (options.files(), options.work(None), options.normalization()) == ((), None, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "field",
    [
        "str = Field('a', ge=3)",
        "int = Field(1, ge='x')",
        "int = Field(1, min_length=3)",
        "int | str = Field(1, ge=3)",
        "Annotated[str, Field(ge=3)]",
        "Literal[1, 2] = Field(1, ge=2)",
    ],
)
def test_rules_that_cannot_be_meant_are_left_to_the_plugin(field: str) -> None:
    assert accepts(made(f"width: {field}"), width=1 if "int" in field or "Lit" in field else "a")


def test_a_field_that_nothing_fits_is_refused() -> None:
    found = scan(text_of("width: int = Field(4, multiple_of=0)").encode())
    with pytest.raises(ValueError, match="Mine has a field that nothing fits"):
        stand_in(found.declared[0], (FILE,))


def test_a_metric_is_described_by_its_registration() -> None:
    text = HEAD + '@register("metric", "kappa", direction="min")\ndef k(counts):\n    "Said."\n'
    metric = stand_in(scan(text.encode()).declared[0], (FILE,))
    assert (metric.name, metric.title, metric.direction) == ("kappa", "kappa", "min")
    assert (metric.percent, metric.description, metric.files) == (False, "Said.", (FILE,))
