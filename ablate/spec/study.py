"""A study file, read and validated section by section, with every problem kept for one report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from pydantic import Field, field_validator

from ablate.errors import Problem, StudyError, UsageError, did_you_mean
from ablate.spec.blame import Mistake, blame
from ablate.spec.columns import (
    ClassMetrics,
    Detail,
    Layout,
    MetricCell,
    TableColumn,
    unsuited_layout,
)
from ablate.spec.config import Config, TrialConfig
from ablate.spec.config_kind import SECTIONS, config_class
from ablate.spec.options import Options, Tree, invalid
from ablate.spec.overrides import apply_overrides, complete, complete_stages, expand_names
from ablate.spec.plugins import Plugins, read_plugins
from ablate.spec.resolution import validate
from ablate.spec.stages import resolve
from ablate.spec.yaml_file import Document, KeyPath, parse_value, read_document, show_path


class Header(Options):
    """The keys of a study file beside the sections of a trial and the ablations."""

    study: str
    """The name of the study: of its MLflow experiment and its folders."""
    description: str = ""
    seeds: int | tuple[int, ...] = Field(3, validate_default=True)
    """How many replicates (seeds 0, 1, ...), or a list of seeds; the same for every condition."""

    keep: Literal["best", "all", "none"] = "best"
    """Whose weights stay in the store once the study is complete: references and best rows, all trials, none."""
    plugins: tuple[str, ...] = ()
    """Python files beside the study file that register members of your own; only running a study executes them."""
    columns: tuple[TableColumn, ...] = ()
    """Further columns of every table: ``split/metric``, or a property of the trials such as ``best_epoch``."""
    per_class: tuple[ClassMetrics, ...] = ()
    """What per-class tables show: ``iou``, or two in one cell: ``pixel_ap / iou``; by default IoU or accuracy."""

    details: tuple[Detail, ...] = ()
    """Fields and properties that every ablation's table of details shows, beside those in which its rows differ."""

    @property
    def layout(self) -> Layout:
        """What the study says of its tables."""
        return Layout(self.columns, self.per_class, self.details)

    @field_validator("columns", "per_class", "details")
    @classmethod
    def _shown_once(cls, value: tuple[MetricCell, ...]) -> tuple[MetricCell, ...]:
        texts = [cell.text for cell in value]
        for text in texts:
            if texts.count(text) > 1:
                raise invalid(f"{text!r} stands twice", "Name it once")
        return value

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


#: Keys that a profile or ``--set`` may change, beside fields of ablations and stages (``stages.NAME.train.epochs``).
SETTABLE = (*Header.model_fields, *SECTIONS)
KEYS = (*Header.model_fields, *SECTIONS, "stages", "ablations", "profiles")
#: Keys below which names of the study's own stand, of which a profile or ``--set`` may change fields.
_NAMED = ("ablations", "stages")


@dataclass(frozen=True, slots=True)
class Draft:
    """A study file as far as it could be understood; ``problems`` says what is wrong with it.

    ``tree`` holds the sections of the base configuration (profile and ``--set`` applied) as written,
    ``config`` the same resolved, ``None`` while it is wrong. ``plugins`` must be active where names are looked up.
    """

    document: Document
    name: str
    tree: Tree
    header: Header | None
    config: Config | None
    ablations: Mapping[str, Any]
    profiles: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    plugins: Plugins = field(default_factory=Plugins)

    @property
    def stages(self) -> Mapping[str, Any]:
        """The stages as written, by name."""
        stages = self.tree.get("stages")
        return stages if isinstance(stages, Mapping) else {}

    def problem(self, path: KeyPath, message: str, remedy: str = "") -> Problem:
        """A problem at a key path of this file."""
        return Problem(show_path(path), message, self.document.line(path), remedy)


P = ParamSpec("P")
T = TypeVar("T")


def knows_plugins(
    function: Callable[Concatenate[Draft, P], T],
) -> Callable[Concatenate[Draft, P], T]:
    """Let a function of a draft look up names among the members of the study's plugins too."""

    @wraps(function)
    def with_plugins(draft: Draft, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with draft.plugins.active():
            return function(draft, *args, **kwargs)

    return with_plugins


def read_draft(path: Path, profile: str | None = None, settings: Iterable[str] = ()) -> Draft:
    """Read a study file, apply a profile and ``--set`` settings, and validate its sections.

    Raises:
        StudyError: the file is not YAML at all, or a plugin cannot be understood.
        UsageError: no such profile, or a setting that is not ``key=value``.
    """
    document = read_document(path)
    profiles = document.tree.get("profiles") or {}
    overrides = {
        **_profile(profiles, profile),
        **dict(_setting(text, document.tree) for text in settings),
    }
    tree = apply_overrides(_written_out(document.tree), overrides)
    plugins = _read_plugins(document, tree, ("plugins",))
    with plugins.active():
        return replace(_validated(document, tree, profile, profiles), plugins=plugins)


def _read_plugins(document: Document, tree: Tree, place: KeyPath) -> Plugins:
    """The plugins that a tree lists; without them, what is right and wrong with the rest cannot be told.

    Raises:
        StudyError: the list, or a file in it, is wrong; ``place`` is where it stands.
    """
    written = tree.get("plugins", ())
    problems: list[Problem] = []
    plugins = Plugins()
    if isinstance(written, tuple) and all(isinstance(item, str) for item in written):
        plugins = read_plugins(written, Path(document.file).parent)
        for index, message, remedy in plugins.faults:
            path = (*place, index)
            problems.append(Problem(show_path(path), message, document.line(path), remedy))
    else:
        rule = "must be a list of Python files, such as [my_models.py]"
        problems.append(Problem(show_path(place), rule, document.line(place)))
    if problems:
        raise StudyError(document.file, problems)
    return plugins


def _written_out(tree: Tree) -> Tree:
    training = config_class(tree.get("task")) is TrialConfig
    return complete(tree) if training else complete_stages(expand_names(tree))


def _validated(document: Document, tree: Tree, profile: str | None, profiles: Any) -> Draft:
    draft = Draft(document, "", tree, None, None, {}, profiles)
    problems = [
        draft.problem((key,), f"unknown key '{key}'", did_you_mean(key, KEYS))
        for key in tree
        if key not in KEYS
    ]
    header, mistakes = validate(Header, {k: tree[k] for k in Header.model_fields if k in tree})
    config, more = resolve(tree)
    if header is not None:
        mistakes += unsuited_layout(header.layout, config_class(tree.get("task")), config)
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
        wrong = {key for key in overrides if not _is_settable(key, draft.document.tree)}
        found += [_unknown_override(draft, (*place, key)) for key in wrong]
        good = {key: value for key, value in overrides.items() if key not in wrong}
        origins = {key: (*place, key) for key in good}
        mistakes = _mistakes_of_profile(draft, apply_overrides(base, good), place, good)
        found += [draft.problem(*item) for item in blame(mistakes, known, origins, place)]
    return found


def _mistakes_of_profile(
    draft: Draft, tree: Tree, place: KeyPath, overrides: Mapping[str, Any]
) -> list[Mistake]:
    if "plugins" not in overrides:
        return resolve(tree)[1]
    with _read_plugins(draft.document, tree, (*place, "plugins")).active():
        return resolve(tree)[1]


def _is_settable(key: str, tree: Tree) -> bool:
    """Whether an override names a key of the study, a section of a trial, or a field of an ablation or a stage."""
    root, *parts = key.split(".")
    if root not in _NAMED:
        return root in SETTABLE
    named = tree.get(root)
    return len(parts) > 1 and isinstance(named, Mapping) and parts[0] in named


def _unknown_override(draft: Draft, path: KeyPath) -> Problem:
    key = str(path[-1])
    return draft.problem(path, f"unknown key '{key}'", _nearest_key(key, draft.document.tree))


def _nearest_key(key: str, tree: Tree) -> str:
    """The remedy for an override that names nothing."""
    root, _, rest = key.partition(".")
    named = tree.get(root) if root in _NAMED else None
    hint = did_you_mean(rest.partition(".")[0], named) if isinstance(named, Mapping) else ""
    return hint or did_you_mean(root, SETTABLE)


def _profile(profiles: Any, name: str | None) -> Mapping[str, Any]:
    if name is None:
        return {}
    if not isinstance(profiles, Mapping) or name not in profiles:
        known = list(profiles) if isinstance(profiles, Mapping) else []
        hint = did_you_mean(name, known) or "The study file has no profiles"
        raise UsageError(f"unknown profile {name!r}. {hint}")
    overrides = profiles[name]
    return overrides if isinstance(overrides, Mapping) else {}


def _setting(text: str, tree: Tree) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"--set {text}: must be key=value, for example --set train.epochs=2")
    key = key.strip()
    if not _is_settable(key, tree):
        hint = _nearest_key(key, tree)
        raise UsageError(f"--set {text}: unknown key {key!r}. {hint}")
    return key, parse_value(value)
