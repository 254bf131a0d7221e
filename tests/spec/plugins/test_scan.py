from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablate.spec.plugins import scan

HEAD = """\
from ablate.plugins import register
from ablate.spec.sections import AugmentOptions, LossOptions, ModelOptions
"""
GOOD = HEAD + '@register("model", "mine")\nclass Mine(ModelOptions):\n    width: int = 4\n'


def remarks(text: str) -> list[str]:
    found = scan(text.encode())
    return [f"{line}: {message}. {remedy}" for line, message, remedy in found.remarks]


@pytest.mark.parametrize(
    ("how", "decorator"),
    [
        ("from ablate.plugins import register", "register"),
        ("from ablate.plugins import register as add", "add"),
        ("from ablate.plugins import *", "register"),
        ("from ablate import plugins", "plugins.register"),
        ("import ablate.plugins", "ablate.plugins.register"),
        ("import ablate.plugins as p", "p.register"),
        ("if True:\n    from ablate.plugins import register", "register"),
    ],
)
def test_register_is_found_however_it_was_imported(how: str, decorator: str) -> None:
    text = f"""{how}
from ablate.spec import sections

@{decorator}("model", "mine")
class Mine(sections.ModelOptions):
    '''Documented.'''
    width: int = 4
"""
    (found,) = scan(text.encode()).declared
    assert (found.kind, found.name, found.definition) == ("model", "mine", "Mine")
    assert set(found.fields) == {"width"}
    assert found.documentation == "Documented."


def test_several_members_of_one_file() -> None:
    text = GOOD + (
        '@register("augmentation", "blur")\nclass Blur(AugmentOptions):\n    p: float = 0.5\n'
        '@register("metric", "kappa", direction="max", title="Kappa", percent=True)\n'
        "def kappa(counts):\n    '''Agreement.'''\n    return 0.0\n"
    )
    found = scan(text.encode()).declared
    assert [(item.kind, item.name) for item in found] == [
        ("model", "mine"),
        ("augmentation", "blur"),
        ("metric", "kappa"),
    ]
    assert found[2].info == {"direction": "max", "title": "Kappa", "percent": True}
    assert found[2].documentation == "Agreement."


def test_fields_come_from_bases_in_the_file_and_in_ablate() -> None:
    text = """
from ablate.plugins import register
from ablate.models.basenet import BaseNetOptions

class Base(BaseNetOptions):
    depth: int
    channels: tuple[int, ...] = (2, 2)

@register("model", "mine")
class Mine(Base):
    name: str
    depth: int = 2
"""
    (found,) = scan(text.encode()).declared
    assert not found.is_open
    assert {"depth", "channels", "kernel_size", "batch_norm"} <= set(found.fields)
    assert found.fields["depth"][1].default == 2
    assert found.fields["channels"][1].default == (2, 2)


def test_a_base_that_cannot_be_seen_opens_a_class() -> None:
    text = GOOD.replace("(ModelOptions)", "(Elsewhere)") + "from other import Elsewhere\n"
    (found,) = scan(text.encode()).declared
    assert found.is_open


BAD = [
    ("x = (", "1: not valid Python"),
    ("x = 1\n\x00", "not valid Python"),
    (GOOD + "return 3\n", "6: not valid Python: 'return' outside function"),
    (GOOD.replace('"model"', '"modle"'), "3: unknown kind 'modle'. Did you mean 'model'?"),
    (GOOD.replace('"model"', '"design"'), "unknown kind 'design'. Valid: augmentation, data set"),
    (GOOD.replace('"mine"', '"basenet"'), "model 'basenet' is there already"),
    (GOOD.replace('"model", "mine"', '"loss", "focal"'), "loss 'focal' is there already"),
    (GOOD.replace('"mine"', '"timm/resnet18"'), "must start with a letter"),
    (GOOD.replace('"mine"', "NAME"), "the kind and the name must be written as text"),
    (GOOD.replace('"mine"', 'f"mine{1}"'), "the kind and the name must be written as text"),
    (GOOD.replace('("model", "mine")', ""), "register needs the kind and the name"),
    (GOOD.replace('"mine"', '"mine", *more'), "register needs the kind and the name"),
    (GOOD.replace('"mine"', '"mine", title="Mine"'), "only metrics have more"),
    (GOOD.replace("ModelOptions)", "LossOptions)"), "Mine must be a subclass of ModelOptions"),
    (GOOD.replace("(ModelOptions)", ""), "Mine must be a subclass of ModelOptions"),
    (GOOD.replace("class Mine(ModelOptions):", "def mine():"), "mine must be a class"),
    (GOOD.replace("width: int = 4", "widths: list[int] = [4]"), "Mine.widths cannot be a list"),
    (GOOD.replace("width", "build"), "Mine.build has the name of something else of ModelOptions"),
    (GOOD.replace("width", "model_dump"), "Mine.model_dump has the name of something else"),
    (HEAD + 'register("model", "mine")(ModelOptions)\n', "3: register must be called above"),
    (HEAD + "add = register\n", "3: register must be called above"),
    (
        HEAD + 'if x:\n    @register("model", "a")\n    class A(ModelOptions): ...\n',
        "4: register must",
    ),
    (HEAD + '@register("metric", "k")\ndef k(c): ...\n', "needs to say which values are better"),
    (HEAD + '@register("metric", "k", direction="up")\ndef k(c): ...\n', "which values are better"),
    (HEAD + '@register("metric", "k", direction=UP)\ndef k(c): ...\n', "direction must be text"),
    (
        HEAD + '@register("metric", "k", percent=1)\ndef k(c): ...\n',
        "percent must be True or False",
    ),
    (HEAD + '@register("metric", "k", unit="s")\ndef k(c): ...\n', "a metric has no 'unit'"),
    (HEAD + '@register("metric", "k", direction="max")\nclass K: ...\n', "must be a function"),
    (HEAD + '@register("metric", "accuracy", direction="max")\ndef k(c): ...\n', "there already"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_what_is_wrong_is_said_with_its_line(text: str, message: str) -> None:
    found = remarks(text)
    assert len(found) == 1, found
    assert message in found[0]


@pytest.mark.parametrize("depth", [100, 5_000, 100_000])
def test_deep_nesting_is_an_answer_not_a_crash(depth: int) -> None:
    scan(GOOD.replace("= 4", "= " + "(" * depth + ")" * depth).encode())
    scan(GOOD.replace("int =", "tuple[" * depth + "int" + "]" * depth + " =").encode())


@given(st.text(max_size=80))
def test_no_text_makes_reading_fail(text: str) -> None:
    scan(text.encode("utf-8", "surrogatepass"))


ANNOTATIONS = st.sampled_from(
    [
        "int",
        "float | None",
        "Literal['a', 1]",
        "tuple[int, ...]",
        "Annotated[int, Field(ge=1)]",
        "X",
        "'int'",
    ]
)
VALUES = st.sampled_from(
    [
        "",
        " = 1",
        " = 'a'",
        " = (1, 2)",
        " = Field(2, ge='x')",
        " = Field(default_factory=f)",
        " = g()",
    ]
)


@given(st.lists(st.tuples(ANNOTATIONS, VALUES), max_size=6), st.integers(0, 10**9))
def test_nothing_in_a_file_is_executed(
    tmp_path_factory: pytest.TempPathFactory, fields: list[tuple[str, str]], number: int
) -> None:
    canary = tmp_path_factory.getbasetemp() / f"canary-{number}"
    act = f"open({str(canary)!r}, 'w').close()"
    body = "".join(f"    f{i}: {kind}{value}\n" for i, (kind, value) in enumerate(fields))
    text = (
        "from pydantic import Field\nfrom typing import Annotated, Literal\n"
        + act
        + "\n"
        + HEAD
        + f"g = lambda: {act}\nf = g\n"
        + f'@register("model", "mine")\nclass Mine(ModelOptions):\n    {act}\n    width: int = [{act}, 4][1]\n'
        + body
    )
    found = scan(text.encode())
    assert len(found.declared) == 1
    assert set(found.declared[0].fields) == {"width", *(f"f{i}" for i in range(len(fields)))}
    assert not canary.exists()
    assert not list(Path(canary.parent).glob("canary-*"))
