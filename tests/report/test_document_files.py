from __future__ import annotations

import json
import re

import pytest

from ablate.report import Document, document_files
from ablate.report.document import Picture, Section
from ablate.report.slugs import slugs

from .documents import SVG, document, png


def test_the_files_of_a_document():
    files = document_files(document())
    assert sorted(files) == [
        "figures/curves.pdf",
        "figures/curves.png",
        "figures/curves.svg",
        *(f"figures/masks-{number}.png" for number in range(1, 6)),
        "figures/pixels.png",
        "report.html",
        "report.md",
        "tables.csv",
        "tables.json",
        "tables/ranking-variants-2.tex",
        "tables/ranking-variants.tex",
    ]
    assert files["figures/curves.svg"] == SVG
    assert len(json.loads(files["tables.json"])["tables"]) == 2


def test_every_figure_that_markdown_shows_is_there():
    files = document_files(document())
    shown = set(re.findall(r"\((figures/[^)]*\.png)\)", files["report.md"].decode()))
    assert len(shown) == 5
    assert shown <= set(files)


def test_the_same_document_gives_the_same_bytes():
    assert document_files(document()) == document_files(document())


def test_two_pictures_cannot_have_one_name():
    twice = Section("s", (Picture("a", "", png()), Picture("a", "", png(1))))
    with pytest.raises(ValueError, match=r"figures/a\.png"):
        document_files(Document("t", "", (twice,)))


@pytest.mark.parametrize("name", ["", "../a", "a b", "a/b", "ä"])
def test_a_picture_is_named_so_that_it_can_be_a_file(name):
    with pytest.raises(ValueError, match="cannot name a file"):
        Picture(name, "", png())


def test_slugs_are_unique_whatever_the_titles():
    found = slugs(["a", "a", "a-2", "A", "", "模型", "/../", "x" * 200])
    assert len(set(found)) == len(found)
    assert all(re.fullmatch(r"[a-z0-9-]{1,62}", name) for name in found)
