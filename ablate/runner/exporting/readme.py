"""``README.md`` of an exported network, for those who get the folder and know nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ablate.report.markdown import escape
from ablate.runner.exporting.choice import Choice

_WITH_PROGRAM = """\
## Use

```python
from load import load                 # needs torch, nothing else

model, info = load(".")               # load(".", "cuda") for a GPU
{result} = model(images)              # images: (N, {channels}, {height}, {width}), uint8 or float in 0..1
```

`python load.py image.png` tries it on image files, if Pillow is installed. With ablate installed,
`ablate predict FOLDER IMAGES` decodes and resizes images as training did.
`model.pt2` can also be read by itself: `torch.export.load("model.pt2").module()`; it takes float in 0..1.
"""
_WITHOUT_PROGRAM = """\
## Use

This export has no program (`--weights-only`): build the network that `config.yaml` describes and load
`weights.safetensors` into it. Images must be normalised with the mean and std in `model.json`.
"""
_RESULTS = {
    "classification": "logits",
    "segmentation": "logits",
    "ssl": "representations",
}


def readme(info: Mapping[str, Any], choice: Choice) -> str:
    """The whole text."""
    use = _use(info) if "model.pt2" in info["files"] else _WITHOUT_PROGRAM
    return "\n".join([_head(info, choice), use, _scores(info, choice), _limits(info)])


def _head(info: Mapping[str, Any], choice: Choice) -> str:
    run = info["run"]
    lines = [
        f"# {escape(choice.label)}",
        "",
        f"{info['model']} for {info['task']}, trained by study {escape(run['study'])}: row {escape(choice.label)}, "
        f"seed {run['seed']}, run {run['id']}.",
        "",
    ]
    if info["classes"]:
        lines += [
            f"Classes, in the order of the outputs: {escape(', '.join(info['classes']))}.",
            "",
        ]
    return "\n".join(lines)


def _use(info: Mapping[str, Any]) -> str:
    size = {side: info["input"][side] for side in ("channels", "height", "width")}
    return _WITH_PROGRAM.format(result=_RESULTS[info["task"]], **size)


def _scores(info: Mapping[str, Any], choice: Choice) -> str:
    lines = ["## What it scored", ""]
    lines += [
        f"- {escape(name)}: {_number(value)}"
        for name, value in info["metrics"].items()
        if name.count("/") == 1
    ]
    lines.append("")
    if choice.standing is not None:
        lines.append(
            f"Its row in the table of {escape(choice.standing.ablation)}: {escape(str(choice.standing))}."
        )
    return "\n".join([*lines, _about_seeds(len(choice.finished)), ""])


def _about_seeds(finished: int) -> str:
    if finished == 1:
        return "It is the only finished seed of its row: how much seeds differ is not known."
    differ = "Seeds differ: expect of new data what the row says, not what this run scored"
    return f"This is one seed of {finished}. {differ}."


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.4f}"


def _limits(info: Mapping[str, Any]) -> str:
    wanted = info["input"]
    size = f"{wanted['height']} x {wanted['width']}"
    lines = [
        "## Limits",
        "",
        f"- It takes {wanted['colors']} images of {size} pixels (height x width) and no others. Larger or smaller ones "
        "must be resized as in training: bilinear, antialiased, without keeping the aspect ratio.",
        "- It knows the classes above and what its training images looked like, and says one of them for any image.",
        f"- The program was written by torch {info['versions']['torch']}; another version may refuse it or differ in "
        "the last digits. `weights.safetensors` and `config.yaml` last longer.",
    ]
    if info["precision"] != "fp32":
        lines.append(
            f"- It was trained and scored in {info['precision']} and computes in fp32 here, so that scores differ a "
            f"little. Under `torch.autocast` they are those of training."
        )
    lines += [
        "- Before it is loaded, `load.py` compares `model.pt2` with its hash in `model.json` and refuses content that "
        "could execute code. That protects from damage and from a replaced `model.pt2`, not from whoever can change "
        "the whole folder: `load.py` itself is code.",
        "",
    ]
    return "\n".join(lines)
