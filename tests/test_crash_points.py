from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ablate.crash_points import POINTS, VARIABLE

SOURCE = Path(__file__).parents[1] / "ablate"
PROGRAM = """
from ablate.crash_points import reach
for number in (1, 2, 3):
    print(number, flush=True)
    reach("tell-before")
"""


@pytest.mark.parametrize(
    ("value", "printed"),
    [("tell-before", 1), ("tell-before:2", 2), ("tell-before:4", 3), ("tell-after", 3), ("", 3)],
)
def test_a_process_dies_where_it_is_asked_to(value: str, printed: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), VARIABLE: value},
    )
    dies = value in ("tell-before", "tell-before:2")
    assert done.returncode == (-signal.SIGKILL if dies else 0)
    assert len(done.stdout.split()) == printed


def test_the_table_holds_exactly_the_points_of_the_source() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    assert sorted(re.findall(r'\breach\("([\w-]+)"\)', text)) == sorted(POINTS)
