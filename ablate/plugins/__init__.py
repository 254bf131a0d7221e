"""Members of one's own: what a file under ``plugins`` of a study uses to register them.

A study's plugins are read as text while it is checked and planned. They are imported only in the processes of its
trials, and by :func:`load` in tests of one's own.
"""

from __future__ import annotations

from ablate.plugins.loading import load
from ablate.plugins.registration import PluginError, register

__all__ = ["PluginError", "load", "register"]
