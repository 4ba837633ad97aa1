"""Sweeps: one training after the other for every combination of several models, seeds, rates and augmentations."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import product
from typing import Any

from catdog.augmentation.config import rotation_from_degrees
from catdog.errors import UsageError
from catdog.training.config import TrainConfig

MAX_RUNS = 200  # runs of one sweep
TURN, SHIFT = "turn", "shift"  # as people say it, a turn in degrees; the settings are rotation and translation
AXES: Mapping[str, type] = {
    "seed": int,
    "learning_rate": float,
    "batch_size": int,
    "epochs": int,
    "fraction": float,
    "schedule": str,
    "flip": str,
    TURN: float,
    "zoom": float,
    SHIFT: float,
    "contrast": float,
    "brightness": float,
}


def read_axis(name: str, text: str) -> list[Any]:
    """Return the values that a text such as "1, 2, 5-8" or "0.001, 0.0003" gives a setting, each once.

    Raises UsageError for a setting that can't be swept and for what is no value of it.
    """
    if name not in AXES:
        raise UsageError(f"There is no sweep over {name[:40]!r}: choose from {', '.join(AXES)}.")
    kind = AXES[name]
    found: list[Any] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        first, dash, last = part.partition("-")
        try:
            if kind is int and dash and first:
                low, high = int(first), int(last)
                if not 0 <= high - low < MAX_RUNS:
                    raise UsageError(f"The range {part[:40]!r} must go up, over at most {MAX_RUNS} values.")
                found += range(low, high + 1)
            else:
                found.append(kind(part))
        except ValueError as error:
            raise UsageError(
                f"{part[:40]!r} is no value for {name}: give values with commas between, such as "
                f"{'1, 2, 3' if kind is int else '0.001, 0.0003' if kind is float else 'none, horizontal'}."
            ) from error
    return list(dict.fromkeys(found))


def expand_grid(configs: Sequence[TrainConfig], axes: Mapping[str, Sequence[Any]]) -> list[tuple[TrainConfig, str]]:
    """Return every combination of these configurations with the values of each axis, and what tells it from others.

    The words, such as "seed 2, learning rate 0.0003", are "" without axes. Raises UsageError where a value is out of
    bounds or there are more than MOST combinations.
    """
    axes = {name: values for name, values in axes.items() if values}
    number = len(configs)
    for values in axes.values():
        number *= len(values)
    if number > MAX_RUNS:
        raise UsageError(f"That makes {number:,} runs, and {MAX_RUNS} are the most at once: give fewer values.")
    found = []
    for config in configs:
        for values in product(*axes.values()):
            chosen = dict(zip(axes, values, strict=True))
            words = ", ".join(f"{name.replace('_', ' ')} {_worded(value)}" for name, value in chosen.items())
            if TURN in chosen:
                chosen["rotation"] = rotation_from_degrees(chosen.pop(TURN))
            if SHIFT in chosen:
                chosen["translation"] = chosen.pop(SHIFT)
            found.append((replace(config, **chosen), words))
    return found


def name_sweep_runs(name: str, configs: Sequence[tuple[TrainConfig, str]]) -> list[str]:
    """Return the names of a sweep's runs: all begin with `name`, or with the model where it is ""; "" for the usual."""
    several = len({config.model for config, _ in configs}) > 1
    names = []
    for config, words in configs:
        parts = [name if name and not several else f"{name} {config.model}".strip(), words]
        names.append(": ".join(filter(None, parts)) if words or name else "")
    return names


def make_sweep_title(name: str, configs: Sequence[tuple[TrainConfig, str]], now: datetime) -> str:
    """Return what a sweep is called when its runs are chosen together: its name, or its models, and when it began.

    "" where there is no axis, so that the runs make no sweep.
    """
    if not any(words for _, words in configs):
        return ""
    models = ", ".join(dict.fromkeys(config.model for config, _ in configs))
    return f"{name or models}, {now:%d %b %H:%M}"


def _worded(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
