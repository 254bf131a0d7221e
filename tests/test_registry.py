from __future__ import annotations

import pytest

from ablate.registry import TABLES, UnknownName, table


@pytest.mark.parametrize("kind", TABLES)
def test_every_own_name_loads(kind: str) -> None:
    members = table(kind)
    assert members.kind == kind
    for name in members.own_names():
        assert members.get(name) is not None
        assert getattr(members.get(name), "__doc__", None)


@pytest.mark.parametrize("kind", TABLES)
def test_names_are_sorted_and_distinct(kind: str) -> None:
    names = table(kind).names()
    assert list(names) == sorted(set(names))
    assert names


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'timm/resnet18'"):
        table("model").get("timm/resnet-18")
    with pytest.raises(UnknownName, match="unknown model 'timm/\\*'"):
        table("model").get("timm/*")
