"""Imports that every trial needs, made once in the process that trials are forked from."""

# ruff: noqa: F401

from __future__ import annotations

import torch
import torch._dynamo  # torch imports it with the first optimizer: a second of every trial otherwise

import ablate.data.batches
import ablate.data.prepare
import ablate.engine.failures
import ablate.engine.fit
import ablate.runner.worker
