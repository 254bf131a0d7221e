"""The files of wrong studies are read, and never collected as tests."""

from __future__ import annotations

collect_ignore = ["errors"]
