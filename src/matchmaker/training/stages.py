"""One stage of training with torch that can be interrupted and taken up again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matchmaker.errors import ModelError

Progress = Callable[[str, int, float], None]

_DECAY = 0.97
_EARLY = 20
_WARM_UP = 0.05
_WEIGHT_DECAY = 0.01
_LARGEST_GRADIENT = 1.0
_MOMENTS = ("exp_avg", "exp_avg_sq")


@dataclass(frozen=True, slots=True)
class Stage:
    """What is trained and how.

    Attributes
    ----------
    name : str
    model : torch.nn.Module
        On its device.
    steps : int
    rate : float
        The highest learning rate.
    loss : callable
        Gives the loss of a step, ``loss(model, step)``. All its chance must come from the number
        of the step, and torch's own, which is seeded anew in each.
    """

    name: str
    model: Any
    steps: int
    rate: float
    loss: Callable[[Any, int], Any]


@dataclass(frozen=True, slots=True)
class Losses:
    """How the loss fell.

    Attributes
    ----------
    early : float
        Running mean after the first 20 steps.
    late : float
        Running mean after the last step.
    """

    early: float
    late: float


def run_stage(
    stage: Stage, work: Path, *, seed: int, save_every: int, progress: Progress | None = None
) -> Losses:
    """Train one stage, from the checkpoint in `work` if there is one.

    Checkpoints are safetensors files, replaced in one step, so that a stage that is interrupted
    at any moment goes on from the last one and comes, on a CPU, to the same numbers.

    Parameters
    ----------
    stage : Stage
    work : Path
        Folder of the checkpoints; that of a finished stage stays.
    seed : int
    save_every : int
    progress : callable, optional
        ``progress(stage, step, mean_loss)`` after every step, from 1 on.

    Returns
    -------
    Losses

    Raises
    ------
    ModelError
        If the checkpoint is damaged.
    """
    import torch

    path = work / f"{stage.name}.safetensors"
    optimiser = torch.optim.AdamW(
        stage.model.parameters(), lr=stage.rate, weight_decay=_WEIGHT_DECAY
    )
    done, early, mean = _restore(path, stage.model, optimiser)
    stage.model.train()
    kind = next(stage.model.parameters()).device.type
    for step in range(done, stage.steps):
        for group in optimiser.param_groups:
            group["lr"] = stage.rate * _rate(step, stage.steps)
        torch.manual_seed(seed * 1_000_003 + step)
        with torch.autocast(kind, dtype=torch.bfloat16, enabled=kind == "cuda"):
            loss = stage.loss(stage.model, step)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(stage.model.parameters(), _LARGEST_GRADIENT)
        optimiser.step()
        value = float(loss.detach())
        mean = value if step == 0 else _DECAY * mean + (1 - _DECAY) * value
        early = mean if step < _EARLY else early
        if progress is not None:
            progress(stage.name, step + 1, mean)
        if (step + 1) % save_every == 0 or step + 1 == stage.steps:
            _save(path, stage.model, optimiser, (step + 1, early, mean))
    stage.model.eval()
    return Losses(early=early, late=mean)


def _rate(step: int, steps: int) -> float:
    """Rise in a line over the first twentieth, then fall in a line towards 0."""
    warm = max(1, int(_WARM_UP * steps))
    return min((step + 1) / warm, (steps - step) / max(1, steps - warm))


def _save(path: Path, model: Any, optimiser: Any, state: tuple[int, float, float]) -> None:
    from safetensors.torch import save_file

    # Parameters, not the state dictionary: tied ones stand in that twice.
    tensors = {}
    for name, parameter in model.named_parameters():
        tensors[f"parameter.{name}"] = parameter.detach().contiguous()
        for moment in _MOMENTS:
            if parameter in optimiser.state:
                tensors[f"{moment}.{name}"] = optimiser.state[parameter][moment].contiguous()
    names = ("step", "early", "mean")
    noted = {name: repr(value) for name, value in zip(names, state, strict=True)}
    scratch = path.with_name(f".{path.name}")
    save_file(tensors, scratch, metadata=noted)
    scratch.replace(path)


def _restore(path: Path, model: Any, optimiser: Any) -> tuple[int, float, float]:
    """Read a checkpoint into model and optimiser; step 0 where there is none."""
    import torch
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        return 0, 0.0, 0.0
    try:
        with safe_open(path, framework="pt") as file, torch.no_grad():
            noted = file.metadata()
            held = set(file.keys())
            for name, parameter in model.named_parameters():
                parameter.copy_(file.get_tensor(f"parameter.{name}"))
                if f"{_MOMENTS[0]}.{name}" in held:
                    optimiser.state[parameter] = {
                        "step": torch.tensor(float(noted["step"])),
                        **{
                            moment: file.get_tensor(f"{moment}.{name}").to(parameter.device)
                            for moment in _MOMENTS
                        },
                    }
        return int(noted["step"]), float(noted["early"]), float(noted["mean"])
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ModelError(f"{path} cannot be read: {error}; remove it to begin anew") from error
