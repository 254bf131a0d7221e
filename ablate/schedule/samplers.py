"""The samplers of a search as Optuna's, made anew for each proposal. Import it late: Optuna takes 0.2 s."""

from __future__ import annotations

import warnings
from typing import Any

from optuna import Study
from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.samplers import (
    BaseSampler,
    CmaEsSampler,
    GPSampler,
    QMCSampler,
    RandomSampler,
    TPESampler,
)
from optuna.samplers._tpe.sampler import _RELATIVE_PARAMS_KEY
from optuna.trial import FrozenTrial

from ablate.files import hash_value
from ablate.plan.search.samplers import Cmaes, Gp, Qmc, Random, Tpe
from ablate.schedule.dimensions import SearchSpace
from ablate.spec.options import Options

#: Samplers that note on trials and studies where they stand: they are rebuilt by asking them again.
STATEFUL = (Cmaes, Qmc)


def build_sampler(options: Options, space: SearchSpace, key: str, number: int) -> BaseSampler:
    """The sampler of the proposal ``number`` of the search ``key``.

    Its random numbers depend on the key, the options and the number alone, so that a proposal depends on what is
    recorded and not on what a process lived through.
    """
    with warnings.catch_warnings(action="ignore"):  # Optuna calls some options experimental
        match options:
            case Tpe():
                return _tpe(options, space, _seed(key, options.seed, number))
            case Cmaes():
                return _cmaes(options, space, _seed(key, options.seed, number))
            case Qmc():
                return _qmc(options, space, _seed(key, options.seed))
            case Gp():
                return _gp(options, space, _seed(key, options.seed, number))
            case Random():
                return RandomSampler(seed=_seed(key, options.seed, number))
    raise TypeError(f"{type(options).__name__} is no sampler")


def _tpe(options: Tpe, space: SearchSpace, seed: int) -> BaseSampler:
    grouped = options.multivariate and space.conditional
    sampler = _ForgetfulTPE(
        n_startup_trials=options.startup_trials,
        multivariate=options.multivariate,
        group=grouped,
        constant_liar=True,
        seed=seed,
    )
    return sampler if grouped or not options.multivariate else _Known(sampler, space.always)


def _cmaes(options: Cmaes, space: SearchSpace, seed: int) -> BaseSampler:
    sampler = CmaEsSampler(
        n_startup_trials=options.startup_trials,
        seed=seed,
        warn_independent_sampling=False,
    )
    ranges = {
        field: distribution
        for field, distribution in space.always.items()
        if not isinstance(distribution, CategoricalDistribution)
    }
    return _Known(sampler, ranges)


def _qmc(options: Qmc, space: SearchSpace, sequence: int) -> BaseSampler:
    """All proposals are of one sequence, which Optuna counts; conditional fields have their place in it."""
    sampler = QMCSampler(
        qmc_type=options.kind, scramble=True, seed=sequence, warn_independent_sampling=False
    )
    return _Known(sampler, space.canonical)


def _gp(options: Gp, space: SearchSpace, seed: int) -> BaseSampler:
    sampler = GPSampler(
        n_startup_trials=options.startup_trials, seed=seed, warn_independent_sampling=False
    )
    return _Known(sampler, space.always)


class _Known(BaseSampler):
    """A sampler that is told which dimensions to sample together, instead of inferring them from past trials.

    Inferring takes the fields that all finished trials have, which changes while a conditional space is being
    explored; CMA-ES then gives up for good. Fields outside ``space`` are sampled one by one.
    """

    def __init__(self, sampler: BaseSampler, space: dict[str, BaseDistribution]) -> None:
        self._sampler = sampler
        self._space = {name: item for name, item in space.items() if not item.single()}

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        return self._space

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return self._sampler.sample_relative(study, trial, search_space)

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        return self._sampler.sample_independent(study, trial, param_name, param_distribution)


class _ForgetfulTPE(TPESampler):
    """TPE that does not note on a running trial the values of inactive dimensions, which no record holds."""

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        params = super().sample_relative(study, trial, search_space)
        study._storage.set_trial_system_attr(trial._trial_id, f"{_RELATIVE_PARAMS_KEY}:0", "")
        return params


def _seed(*parts: Any) -> int:
    """32 bits that are the same in every process and on every machine."""
    return int(hash_value(parts)[:8], 16)
