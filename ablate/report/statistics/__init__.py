"""Tests, intervals and corrections, one a file. No SciPy at import: it takes 0.2 s."""

from __future__ import annotations

from ablate.report.statistics.benjamini_hochberg import benjamini_hochberg
from ablate.report.statistics.factorial import change_weights
from ablate.report.statistics.holm import holm
from ablate.report.statistics.mcnemar import mcnemar_p
from ablate.report.statistics.paired_t import paired_t
from ablate.report.statistics.seeds_needed import MOST_SEEDS, POWER, seeds_needed
from ablate.report.statistics.shapley import shapley_values, shapley_weights
from ablate.report.statistics.sign_flip import MOST_DIFFERENCES, sign_flip_p
from ablate.report.statistics.student_t import ALPHA, TTest
from ablate.report.statistics.welch import welch

__all__ = [
    "ALPHA",
    "MOST_DIFFERENCES",
    "MOST_SEEDS",
    "POWER",
    "TTest",
    "benjamini_hochberg",
    "change_weights",
    "holm",
    "mcnemar_p",
    "paired_t",
    "seeds_needed",
    "shapley_values",
    "shapley_weights",
    "sign_flip_p",
    "welch",
]
