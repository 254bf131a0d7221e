"""From what a sampler proposes to the condition that is trained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ablate.errors import AblateError
from ablate.plan.conditions import make_condition
from ablate.plan.search.space import probes
from ablate.plan.search.types import SearchPlan
from ablate.plan.types import Condition
from ablate.spec.options import Tree, freeze
from ablate.spec.overrides import apply_overrides
from ablate.spec.plugins import Plugins
from ablate.spec.stages import resolve
from ablate.spec.yaml_file import show_path


class ProposalError(AblateError):
    """Values that are each possible, and not together; the text is a line."""


def proposed_conditions(searches: Iterable[SearchPlan]) -> Iterator[Condition]:
    """What searches may propose: each end of each range and each choice, where it makes a configuration."""
    for search in searches:
        for probe in probes(search.space):
            for params in probe.proposals:
                with suppress(ProposalError):
                    yield search.condition(0, params)


@dataclass(frozen=True, slots=True)
class Proposals:
    """The conditions of a search's proposals.

    ``tree`` is the base configuration as written, ``baseline`` the study's with every default: ``changes`` are
    differences from the latter. ``plugins`` are the study's.
    """

    name: str
    tree: Tree
    baseline: Tree
    plugins: Plugins

    def __call__(self, number: int, params: Mapping[str, Any]) -> Condition:
        """The condition of proposal ``number``.

        Raises:
            ProposalError: the values do not fit together.
        """
        with self.plugins.active():
            config, mistakes = resolve(apply_overrides(self.tree, freeze(params)))
        if config is None:
            path, message, remedy = mistakes[0]
            end = f". {remedy}" if remedy else ""
            raise ProposalError(f"{show_path(path).removeprefix('$.')} {message}{end}")
        return make_condition(config, f"{self.name} #{number}", self.baseline)
