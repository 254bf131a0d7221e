"""How well scores rank pixels: average precision of each class, one against the rest.

Scores are binned to 2**16 levels, so that any number of pixels is counted in fixed memory and counts of parts add up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Levels that scores are rounded down to.
LEVELS = 2**16
#: Scores are log-odds of the soft-max, cut at plus and minus this, where single precision ends.
LARGEST_LOG_ODDS = 128.0


@dataclass(frozen=True, slots=True, eq=False)
class PixelScores:
    """Pixels by class and score, void ones left out.

    ``positives`` and ``negatives`` (C, LEVELS) int64: pixels of the class, and of all others, whose score for it lies
    in each level.
    """

    positives: NDArray[np.int64]
    negatives: NDArray[np.int64]

    def merge(self, other: PixelScores) -> PixelScores:
        """The pixels of both."""
        return PixelScores(self.positives + other.positives, self.negatives + other.negatives)

    def average_precision(self) -> NDArray[np.float64]:
        """(C,) float64: the step-wise sum of precision over recall; ``nan`` for a class without pixels.

        Equal to scikit-learn's ``average_precision_score`` on the binned scores. It is not COCO's AP of masks.
        """
        found = np.cumsum(self.positives[:, ::-1], axis=1, dtype=np.float64)
        seen = found + np.cumsum(self.negatives[:, ::-1], axis=1, dtype=np.float64)
        gained = self.positives[:, ::-1].astype(np.float64)
        precision = np.divide(found, seen, out=np.zeros_like(found), where=seen > 0)
        total = found[:, -1]
        values = np.full(len(total), np.nan)
        np.divide((precision * gained).sum(axis=1), total, out=values, where=total > 0)
        return values
