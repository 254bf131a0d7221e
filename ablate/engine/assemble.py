"""From a configuration to a trainer."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from torch import Tensor, nn

from ablate.data import PreparedData, resolve_normalization
from ablate.data.batches import TrainBatches
from ablate.engine.device import Execution, prepare
from ablate.engine.frozen import freeze, parameter_groups, resting
from ablate.engine.seeding import start_stream
from ablate.engine.trainer import Trainer
from ablate.errors import TrialError, did_you_mean
from ablate.models.loading import LoadReport
from ablate.models.starting import start_normalization
from ablate.spec.config import TrialConfig
from ablate.spec.primary import Primary
from ablate.spec.values import Normalization
from ablate.tasks.task import TaskOptions


def assemble(config: TrialConfig, data: PreparedData, *, seed: int, device: str) -> Trainer:
    """Everything that ``config`` names, built; the model from the stream ``init`` of ``seed``.

    Raises:
        TrialError: the device, the model or the primary metric does not fit.
        DataError: the normalisation does not fit the images.
    """
    task = cast(TaskOptions, config.task)
    _check_primary(config.primary, task, data)
    execution = prepare(device, config.train.precision)
    normalization = resolve_normalization(config.data, data, _weights_normalization(config))
    batches = TrainBatches(
        data.splits["train"],
        data.labels,
        batch_size=config.data.batch_size,
        augment=config.data.augment,
        normalization=normalization,
        device=str(execution.device),
        seed=seed,
        views=task.views,
    )
    steps = config.train.epochs * batches.steps_per_epoch
    model, loaded = _build_model(config, task, data, seed, execution, steps)
    head = task.head(config.model, model)
    freeze(model, head, config.train.freeze)
    optimizer = config.optimizer.build(parameter_groups(model, head, config))
    return Trainer(
        config=config,
        task=task,
        seed=seed,
        labels=data.labels,
        execution=execution,
        normalization=normalization,
        model=model,
        criterion=_build_criterion(config, task, data, execution),
        batches=batches,
        optimizer=optimizer,
        schedule=config.scheduler.build(optimizer, config.train.epochs, batches.steps_per_epoch),
        scaler=execution.scaler(),
        resting=() if config.train.freeze == "none" else tuple(resting(model)),
        loaded=loaded,
    )


def _build_model(
    config: TrialConfig,
    task: TaskOptions,
    data: PreparedData,
    seed: int,
    execution: Execution,
    steps: int,
) -> tuple[nn.Module, LoadReport | None]:
    """What is trained, and what became of its network's tensors if it starts from an earlier training."""
    start, options = config.start, config.from_random.model
    if config.earlier is not None and start is None:
        raise TrialError(f"the weights of {config.earlier} are not known here")
    start_stream(seed, "init")
    model = task.build(options, data.shape, data.num_classes, steps)
    loaded = None if start is None else task.load_start(model, options, start)
    return execution.place(model), loaded


def _weights_normalization(config: TrialConfig) -> Normalization | None:
    """What the loaded weights were trained with; nothing is read where the study file decides."""
    if config.start is None:
        return config.model.normalization()
    return start_normalization(config.start) if config.data.normalize == "auto" else None


def _build_criterion(
    config: TrialConfig, task: TaskOptions, data: PreparedData, execution: Execution
) -> Callable[..., Tensor]:
    if config.loss is None:
        return task.criterion()
    return config.loss.build(data.class_counts("train"), str(execution.device))


def _check_primary(primary: Primary, task: TaskOptions, data: PreparedData) -> None:
    names = task.names(data.labels)
    if primary.name not in names:
        raise TrialError(
            f"primary metric {primary.metric!r} is not recorded: task {task.name!r} on data set "
            f"{data.name!r} has no {primary.name!r}. {did_you_mean(primary.name, names)}"
        )
    if primary.split not in data.splits:
        raise TrialError(
            f"primary metric {primary.metric!r} cannot be measured: data set {data.name!r} has no "
            f"split {primary.split!r}. {did_you_mean(primary.split, data.splits)}"
        )
