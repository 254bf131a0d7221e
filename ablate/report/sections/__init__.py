"""A study's report, section by section: each a function of the records that gives a section or nothing."""

from __future__ import annotations

from ablate.report.sections.material import Material
from ablate.report.sections.whole import study_document

__all__ = ["Material", "study_document"]
