"""What can be found wrong with a script before it runs, by looking at its files and never executing them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ablate.errors import DataError, Problem, did_you_mean
from ablate.plan.types import Plan
from ablate.spec.script_config import ScriptConfig
from ablate.spec.study import Draft
from ablate.tasks.code import code_of, code_problems

_REMEDY = "Name such files under task.files"


def script_problems(draft: Draft, plan: Plan) -> list[Problem]:
    """Programs, files and functions that are not there, for any of the plan's conditions."""
    folder = _folder(draft)
    found = [
        draft.problem(*mistake)
        for condition in plan.conditions.values()
        if condition.config.script is not None
        for mistake in code_problems(condition.config.script, folder)
    ]
    return list(dict.fromkeys(found))


def script_warnings(draft: Draft, plan: Plan) -> list[Problem]:
    """What is legal and probably not meant."""
    script = draft.config.script if draft.config is not None else None
    if script is None:
        return []
    return [*_code_warnings(draft, script), *_new_params(draft, plan, script)]


def _code_warnings(draft: Draft, script: ScriptConfig) -> Iterator[Problem]:
    """Code whose changes would go unnoticed, so that old results would be taken for new ones."""
    folder = _folder(draft)
    try:
        code = code_of(script, folder)
    except DataError:
        return  # said among the problems
    if not code:
        message = "no file of the script is known, so that a change of it is not noticed"
        yield draft.problem(("task",), message, _REMEDY)
    for name in code:
        for imported in _local_imports(folder, folder / name):
            if imported not in code:
                message = f"{name} imports {imported}, whose changes are not noticed"
                yield draft.problem(("task",), message, _REMEDY)


def _local_imports(folder: Path, file: Path) -> list[str]:
    """The files of the study's folder that a Python file imports, relative to it."""
    if file.suffix != ".py":
        return []
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return []
    found = []
    for module in _imported(tree):
        for place in (file.parent, folder):
            path = place.joinpath(*module.split("."))
            near = [path.with_suffix(".py"), path / "__init__.py"]
            found += [item.relative_to(folder).as_posix() for item in near if item.is_file()]
    return list(dict.fromkeys(found))


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _new_params(draft: Draft, plan: Plan, script: ScriptConfig) -> Iterator[Problem]:
    """Params that only a row has: often a misspelt name, which changes nothing."""
    for ablation in plan.ablations:
        for factor in ablation.factors:
            path = factor.split(".")
            if len(path) > 1 and path[0] == "params" and path[1] not in script.params:
                message = f"params.{path[1]} is none of the study's params"
                place = ("ablations", ablation.name)
                yield draft.problem(place, message, did_you_mean(path[1], script.params))


def _folder(draft: Draft) -> Path:
    return Path(draft.document.file).parent
