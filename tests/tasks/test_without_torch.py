from __future__ import annotations

import subprocess
import sys


def test_naming_tasks_and_metrics_does_not_import_torch() -> None:
    code = """
import sys
from ablate.registry import table
for kind in ("task", "metric"):
    for name in table(kind).names():
        table(kind).get(name)
table("task").get("classification")().names(("cat", "dog"))
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
