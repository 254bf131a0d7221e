"""Where and in which precision a trial computes."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ablate.errors import TrialError

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True, slots=True)
class Execution:
    """A device and the type that its forward passes compute in."""

    device: torch.device
    dtype: torch.dtype

    @property
    def name(self) -> str:
        """``cpu``, or the model of the GPU."""
        cuda = self.device.type == "cuda"
        return torch.cuda.get_device_name(self.device) if cuda else self.device.type

    def autocast(self) -> AbstractContextManager[object]:
        """The context of forward passes; it can be entered again and again."""
        if self.dtype == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, self.dtype)

    def scaler(self) -> torch.amp.GradScaler:
        """Scales losses so that fp16 gradients do not vanish; does nothing in other precisions."""
        return torch.amp.GradScaler(self.device.type, enabled=self.dtype == torch.float16)

    def place(self, model: nn.Module) -> nn.Module:
        """``model`` on the device, its 4-D weights in channels-last order."""
        return model.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]

    def place_images(self, image: Tensor) -> Tensor:
        """A batch (N, C, H, W) in channels-last order: convolutions are up to twice as fast."""
        return image.contiguous(memory_format=torch.channels_last)


def prepare(device: str, precision: str) -> Execution:
    """The execution on ``device`` (``cpu``, ``cuda:0``) in ``fp32``, ``bf16`` or ``fp16``.

    On a GPU matrix products and convolutions in fp32 use TF32. cuDNN does not choose its algorithms
    by trial (``benchmark``): the choice depends on timing, and with it the last bits of a result.

    Raises:
        TrialError: there is no such device, or it cannot compute in that precision.
    """
    found = _device(device)
    dtype = _DTYPES[precision]
    if found.type == "cpu" and dtype == torch.float16:
        raise TrialError(
            "train.precision fp16 needs a GPU and the trial runs on the CPU. Use bf16 or fp32"
        )
    if found.type == "cuda":
        _prepare_cuda(found, dtype)
    return Execution(found, dtype)


def _device(text: str) -> torch.device:
    try:
        device = torch.device(text)
    except RuntimeError:
        raise TrialError(f"unknown device {text!r}. Use 'cpu' or 'cuda:N'") from None
    if device.type not in ("cpu", "cuda"):
        raise TrialError(f"device {text!r} is not supported. Use 'cpu' or 'cuda:N'")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise TrialError(
            f"there is no device {text!r}: torch sees {torch.cuda.device_count()} CUDA devices. "
            "Use --devices cpu, or check the driver with nvidia-smi"
        )
    return device


def _prepare_cuda(device: torch.device, dtype: torch.dtype) -> None:
    torch.cuda.set_device(device)
    if dtype == torch.bfloat16 and not torch.cuda.is_bf16_supported():
        name = torch.cuda.get_device_name(device)
        raise TrialError(f"{name} cannot compute in bf16 (train.precision). Use fp16 or fp32")
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = False
    torch.cuda.reset_peak_memory_stats(device)
