from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ablate.record.note import shortened

LINES = st.lists(st.text(st.sampled_from("|ab é"), max_size=20), max_size=40)


@given(LINES, st.integers(60, 400))
def test_a_note_fits_and_is_cut_between_lines(lines: list[str], limit: int) -> None:
    markdown = "\n".join(lines)
    note = shortened(markdown, limit, "see table.md")
    assert len(note) <= limit
    if len(markdown) <= limit:
        assert note == markdown
        return
    kept, _, sentence = note.rpartition("\n\n")
    assert sentence == "*Shortened: see table.md.*"
    assert markdown.startswith(kept)
    assert not kept or markdown[len(kept)] == "\n"


def test_as_many_rows_as_fit_are_kept() -> None:
    table = "\n".join(f"| {row:03} |" for row in range(1000))
    note = shortened(table, 1000, "see table.md")
    assert len(note) > 1000 - len("| 000 |\n") - 1
