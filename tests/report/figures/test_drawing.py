from __future__ import annotations

import time

import pytest
from matplotlib.figure import Figure

from ablate.report.figures.drawing import Drawing


def drawn() -> Drawing:
    figure = Figure()
    axes = figure.add_subplot()
    axes.plot([1, 2], label="Größe")
    axes.legend()
    return Drawing(figure)


@pytest.mark.parametrize(
    ("form", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF-")]
)
def test_the_same_figure_gives_the_same_bytes_at_another_time(form: str, start: bytes) -> None:
    first = getattr(drawn(), form)()
    time.sleep(1.1)  # dates in files count seconds
    assert getattr(drawn(), form)() == first
    assert first.startswith(start)
