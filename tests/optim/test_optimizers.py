from __future__ import annotations

import pickle

import pytest
import torch
from pydantic import ValidationError

from ablate.catalogue import optimizer as catalogued
from ablate.optim import OPTIMIZERS
from ablate.registry import UnknownName

NAMES = OPTIMIZERS.names()


def parameter() -> torch.nn.Parameter:
    return torch.nn.Parameter(torch.ones(3))


def test_the_usual_optimizers_are_there() -> None:
    assert {"adam", "adamw", "sgd", "rmsprop", "nadam", "radam", "adagrad", "adafactor"} <= {*NAMES}
    assert not {"lbfgs", "sparseadam", "muon"} & {*NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_defaults_are_torchs(name: str) -> None:
    ours = OPTIMIZERS.get(name)(name=name).build([parameter()])
    theirs = type(ours)([parameter()])
    implementation = {"fused", "foreach", "params"}
    assert type(ours).__name__.lower() == name
    for key in theirs.param_groups[0].keys() - implementation:
        assert ours.param_groups[0][key] == theirs.param_groups[0][key], key


@pytest.mark.parametrize("name", NAMES)
def test_steps_are_torchs(name: str) -> None:
    def trained(optimizer: torch.optim.Optimizer, weight: torch.nn.Parameter) -> torch.Tensor:
        for _ in range(20):
            weight.grad = weight.detach() ** 2 - 0.3
            optimizer.step()
        return weight.detach()

    one, other = parameter(), parameter()
    ours = OPTIMIZERS.get(name)(name=name, lr=0.01).build([one])
    theirs = type(ours)([other], lr=0.01, foreach=False)
    torch.testing.assert_close(trained(ours, one), trained(theirs, other))


@pytest.mark.parametrize("name", NAMES)
def test_what_torch_refuses_is_refused(name: str) -> None:
    cls = OPTIMIZERS.get(name)
    torchs = type(cls(name=name).build([parameter()]))
    for field, argument in catalogued(name).arguments.items():
        for bad in _other_values(argument.kind):
            try:
                torchs([parameter()], **{field: bad})
            except ValueError:
                with pytest.raises(ValidationError):
                    cls.model_validate({field: bad})


def _other_values(kind: str) -> list[object]:
    if kind == "bool":
        return [True, False]
    values = [-2.0, -1e-9, 0.0, 0.5, 1.0, 1.5, 1e9]
    if "," not in kind:
        return list(values)
    return [(one, other) for one in values for other in values]


@pytest.mark.parametrize(
    ("name", "tree", "where"),
    [
        ("adam", {"lr": -1.0}, ("lr",)),
        ("adam", {"lr": 0.0}, ("lr",)),
        ("adam", {"lr": "1e-3"}, ("lr",)),
        ("adam", {"betas": (0.9, 1.0)}, ("betas", 1)),
        ("adam", {"momentum": 0.9}, ("momentum",)),
        ("adam", {"weight_decay": -1e-4}, ("weight_decay",)),
        ("sgd", {"fused": True}, ("fused",)),
        ("sgd", {"nesterov": True}, ()),
        ("rprop", {"etas": (1.1, 1.2)}, ()),
        ("rprop", {"step_sizes": (1.0, 0.1)}, ()),
    ],
)
def test_mistakes_are_found_where_they_stand(
    name: str, tree: dict[str, object], where: tuple[object, ...]
) -> None:
    with pytest.raises(ValidationError) as caught:
        OPTIMIZERS.get(name).model_validate(tree)
    assert [error["loc"] for error in caught.value.errors()] == [where]


def test_groups_keep_their_own_rates() -> None:
    groups = [{"params": [parameter()], "lr": 0.5}, {"params": [parameter()]}]
    optimizer = OPTIMIZERS.get("adam")(lr=0.1).build(groups)
    assert [group["lr"] for group in optimizer.param_groups] == [0.5, 0.1]
    assert optimizer.param_groups[0]["fused"]


def test_options_can_be_pickled() -> None:
    options = OPTIMIZERS.get("sgd")(lr=0.1, momentum=0.9)
    assert pickle.loads(pickle.dumps(options)) == options  # noqa: S301


def test_an_unknown_name_asks_torch_and_suggests() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'adamw'"):
        OPTIMIZERS.get("admaw")


def test_an_optimizer_that_the_catalogue_lacks_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Own(torch.optim.SGD):
        def __init__(self, params: list[torch.Tensor], lr: float = 0.25) -> None:
            super().__init__(params, lr=lr)

    monkeypatch.setattr(torch.optim, "Own", Own, raising=False)
    options = OPTIMIZERS.get("own")(name="own")
    assert options.lr == 0.25
    assert isinstance(options.build([parameter()]), Own)
