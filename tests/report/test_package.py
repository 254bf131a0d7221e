from __future__ import annotations

import subprocess
import sys


def test_importing_the_package_imports_nothing_heavy():
    program = (
        "import sys, ablate.report, ablate.report.figures\n"
        "heavy = {'scipy', 'matplotlib', 'pandas', 'torch', 'mlflow', 'optuna', 'PIL'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_table_imports_neither_matplotlib_nor_all_of_scipys_statistics():
    program = (
        "import sys\n"
        "from ablate.report import compare\n"
        "compare({0: .1, 1: .2, 2: .4}, {0: .3, 1: .3, 2: .3}, maximize=True)\n"
        "print('scipy.special' in sys.modules, 'scipy.stats' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "False"]
