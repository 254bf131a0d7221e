"""A study file, read and validated section by section, with every problem kept for one report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError, field_validator

from ablate.errors import Problem, UsageError, did_you_mean
from ablate.spec.blame import Mistake, blame
from ablate.spec.config import TrialConfig
from ablate.spec.options import Options, Tree, invalid
from ablate.spec.overrides import apply_overrides, complete
from ablate.spec.problems import sentences
from ablate.spec.yaml_file import Document, KeyPath, parse_value, read_document, show_path

SECTIONS = tuple(TrialConfig.model_fields)


class Header(Options):
    """The keys of a study file beside the sections of a trial and the ablations."""

    study: str
    """The name of the study: of its MLflow experiment and its folders."""
    description: str = ""
    seeds: int | tuple[int, ...] = Field(3, validate_default=True)
    """How many replicates (seeds 0, 1, ...), or a list of seeds; the same for every condition."""

    plugins: tuple[str, ...] = ()
    """Python files beside the study file that register members of your own; only running a study executes them."""

    @field_validator("study")
    @classmethod
    def _name_is_a_folder_name(cls, value: str) -> str:
        if not re.fullmatch(r"\w[\w .+-]{0,79}", value):
            rule = "must be 1 to 80 letters, digits, spaces, '.', '_', '+' or '-'"
            raise invalid(f"{rule}, and start with a letter or digit, not {value!r}")
        return value

    @field_validator("seeds")
    @classmethod
    def _seeds_are_distinct(cls, value: int | tuple[int, ...]) -> tuple[int, ...]:
        seeds = tuple(range(value)) if isinstance(value, int) else value
        if not seeds:
            raise invalid(f"needs at least one seed, not {value!r}")
        if len(set(seeds)) != len(seeds):
            raise invalid("a seed stands twice", "Every seed is one replicate")
        if not all(0 <= seed < 2**31 for seed in seeds):
            raise invalid("seeds must be whole numbers from 0 to 2147483647")
        return seeds


#: Keys that a profile or ``--set`` may change.
SETTABLE = (*Header.model_fields, *SECTIONS)
KEYS = (*Header.model_fields, *SECTIONS, "ablations", "profiles")


@dataclass(frozen=True, slots=True)
class Draft:
    """A study file as far as it could be understood; ``problems`` says what is wrong with it.

    ``tree`` holds the sections of the base configuration (profile and ``--set`` applied) as written,
    ``config`` the same resolved, ``None`` while it is wrong.
    """

    document: Document
    name: str
    tree: Tree
    header: Header | None
    config: TrialConfig | None
    ablations: Mapping[str, Any]
    profiles: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()

    def problem(self, path: KeyPath, message: str, remedy: str = "") -> Problem:
        """A problem at a key path of this file."""
        return Problem(show_path(path), message, self.document.line(path), remedy)


def read_draft(path: Path, profile: str | None = None, settings: Iterable[str] = ()) -> Draft:
    """Read a study file, apply a profile and ``--set`` settings, and validate its sections.

    Raises:
        StudyError: the file is not YAML at all.
        UsageError: no such profile, or a setting that is not ``key=value``.
    """
    document = read_document(path)
    profiles = document.tree.get("profiles") or {}
    overrides = {**_profile(profiles, profile), **dict(_setting(text) for text in settings)}
    tree = apply_overrides(complete(document.tree), overrides)
    return _validated(document, tree, profile, profiles)


def resolve(tree: Tree) -> tuple[TrialConfig | None, list[Mistake]]:
    """The configuration that a tree of sections describes, or what is wrong with it."""
    return validate(TrialConfig, {key: tree[key] for key in SECTIONS if key in tree})


def validate(kind: Any, value: Any) -> tuple[Any, list[Mistake]]:
    """``value`` as ``kind``, or ``None`` and its mistakes as (path, message, remedy)."""
    try:
        return TypeAdapter(kind).validate_python(value), []
    except ValidationError as error:
        return None, sentences(error)


def _validated(document: Document, tree: Tree, profile: str | None, profiles: Any) -> Draft:
    draft = Draft(document, "", tree, None, None, {}, profiles)
    problems = [
        draft.problem((key,), f"unknown key '{key}'", did_you_mean(key, KEYS))
        for key in tree
        if key not in KEYS
    ]
    header, mistakes = validate(Header, {k: tree[k] for k in Header.model_fields if k in tree})
    config, more = resolve(tree)
    problems += [draft.problem(*mistake) for mistake in (*mistakes, *more)]
    ablations = tree.get("ablations")
    if not isinstance(ablations, Mapping) or not ablations:
        problems.append(draft.problem(("ablations",), "needs at least one ablation"))
        ablations = {}
    base = header.study if header else document.file
    return replace(
        draft,
        name=f"{base}-{profile}" if profile else base,
        header=header,
        config=config,
        ablations=ablations,
        problems=tuple(problems + _profile_problems(draft, tree, more)),
    )


def _profile_problems(draft: Draft, base: Tree, known: list[Mistake]) -> list[Problem]:
    if not isinstance(draft.profiles, Mapping):
        return [draft.problem(("profiles",), "must be a mapping of name to overrides")]
    found: list[Problem] = []
    for name, overrides in draft.profiles.items():
        place: KeyPath = ("profiles", name)
        if not isinstance(overrides, Mapping):
            found.append(draft.problem(place, "must be a mapping of overrides"))
            continue
        wrong = {key for key in overrides if key.partition(".")[0] not in SETTABLE}
        found += [_unknown_override(draft, (*place, key)) for key in wrong]
        good = {key: value for key, value in overrides.items() if key not in wrong}
        origins = {key: (*place, key) for key in good}
        mistakes = resolve(apply_overrides(base, good))[1]
        found += [draft.problem(*item) for item in blame(mistakes, known, origins, place)]
    return found


def _unknown_override(draft: Draft, path: KeyPath) -> Problem:
    key = str(path[-1])
    return draft.problem(
        path, f"unknown key '{key}'", did_you_mean(key.partition(".")[0], SETTABLE)
    )


def _profile(profiles: Any, name: str | None) -> Mapping[str, Any]:
    if name is None:
        return {}
    if not isinstance(profiles, Mapping) or name not in profiles:
        known = list(profiles) if isinstance(profiles, Mapping) else []
        hint = did_you_mean(name, known) or "The study file has no profiles"
        raise UsageError(f"unknown profile {name!r}. {hint}")
    overrides = profiles[name]
    return overrides if isinstance(overrides, Mapping) else {}


def _setting(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"--set {text}: must be key=value, for example --set train.epochs=2")
    root = key.strip().partition(".")[0]
    if root not in SETTABLE:
        hint = did_you_mean(root, SETTABLE)
        raise UsageError(f"--set {text}: unknown key {key.strip()!r}. {hint}")
    return key.strip(), parse_value(value)
