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
from ablate.spec.labels import plain_labels
for name in ("classification", "segmentation"):
    table("task").get(name)().names(plain_labels(("cat", "dog")))
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
