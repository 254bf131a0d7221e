"""Showing how a running study goes on."""

from ablate.progress.channel import ProgressState, ProgressWriter, read_progress
from ablate.progress.choice import make_display
from ablate.progress.display import Display
from ablate.progress.state import StudyProgress

__all__ = [
    "Display",
    "ProgressState",
    "ProgressWriter",
    "StudyProgress",
    "make_display",
    "read_progress",
]
