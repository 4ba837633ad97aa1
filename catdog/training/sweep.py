"""Sweeps: a run for every combination of several models, seeds, learning rates and augmentations."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import product
from typing import Any

from catdog.augmentation.config import rotation_from_degrees
from catdog.errors import UsageError
from catdog.training.config import TrainConfig

MAX_RUNS = 200  # runs of one sweep
TURN, SHIFT = "turn", "shift"  # a turn in degrees, as people say it; the settings are rotation and translation
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
    "label_smoothing": float,
    "weight_decay": float,
    "clip_norm": float,
    "fine_tune_layers": int,
    "fine_tune_rate": float,
}
OF_QUICK = ("seed", "fraction")  # all that counts for a quick training


def read_axis(name: str, text: str) -> list[Any]:
    """Return the values of a setting that a text lists, each once.

    Args:
        name: One of `AXES`.
        text: Such as "1, 2, 5-8" or "0.001, 0.0003".

    Raises:
        UsageError: The setting can't be swept, or the text has what is no value of it.
    """
    if name not in AXES:
        raise UsageError(f"There is no sweep over {name[:40]!r}: choose from {', '.join(AXES)}.")
    kind = AXES[name]
    values: list[Any] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        first, dash, last = part.partition("-")
        try:
            if kind is int and dash and first:
                low, high = int(first), int(last)
                if not 0 <= high - low < MAX_RUNS:
                    raise UsageError(f"The range {part[:40]!r} must go up, over at most {MAX_RUNS} values.")
                values += range(low, high + 1)
            else:
                values.append(kind(part))
        except ValueError as error:
            raise UsageError(
                f"{part[:40]!r} is no value for {name}: give values with commas between, such as "
                f"{'1, 2, 3' if kind is int else '0.001, 0.0003' if kind is float else 'none, horizontal'}."
            ) from error
    return list(dict.fromkeys(values))


def expand_grid(configs: Sequence[TrainConfig], axes: Mapping[str, Sequence[Any]]) -> list[tuple[TrainConfig, str]]:
    """Return every combination of some configurations with the values of some settings.

    Args:
        configs: The configurations.
        axes: The values of each setting, by a name in `AXES`; settings without values are passed over, and of a
            quick training those that don't count for it.

    Returns:
        (configuration, its values in words such as "seed 2, learning rate 0.0003"); "" without axes.

    Raises:
        UsageError: A value is out of bounds, or there are more than `MAX_RUNS` combinations.
    """
    axes = {name: values for name, values in axes.items() if values}
    count = len(configs)
    for values in axes.values():
        count *= len(values)
    if count > MAX_RUNS:
        raise UsageError(f"That makes {count:,} runs, and {MAX_RUNS} are the most at once: give fewer values.")
    combinations = []
    for config in configs:
        own = {name: axes[name] for name in axes if not config.quick or name in OF_QUICK}
        for values in product(*own.values()):
            chosen = dict(zip(own, values, strict=True))
            words = ", ".join(f"{name.replace('_', ' ')} {_format_value(value)}" for name, value in chosen.items())
            if TURN in chosen:
                chosen["rotation"] = rotation_from_degrees(chosen.pop(TURN))
            if SHIFT in chosen:
                chosen["translation"] = chosen.pop(SHIFT)
            combinations.append((replace(config, **chosen), words))
    return combinations


def repeat_seeds(configs: Sequence[TrainConfig], seeds: Sequence[int]) -> list[tuple[TrainConfig, str]]:
    """Return all configurations with the first seed, then all with the next, so that each model is soon seen once.

    Args:
        configs: The configurations.
        seeds: The seeds.

    Returns:
        (configuration, its seed in words such as "seed 2").
    """
    return [(replace(config, seed=seed), f"seed {seed}") for seed in seeds for config in configs]


def name_sweep_runs(name: str, configs: Sequence[tuple[TrainConfig, str]]) -> list[str]:
    """Return the names of a sweep's runs.

    Args:
        name: What all names begin with; "" for the model.
        configs: The combinations from `expand_grid`.

    Returns:
        A name for each; "" where a run shall name itself.
    """
    several = len({config.model for config, _ in configs}) > 1
    names = []
    for config, words in configs:
        parts = [name if name and not several else f"{name} {config.model}".strip(), words]
        names.append(": ".join(filter(None, parts)) if words or name else "")
    return names


def make_sweep_title(name: str, configs: Sequence[tuple[TrainConfig, str]], now: datetime) -> str:
    """Return the title by which a sweep's runs are chosen together: its name, or its models, and when it began.

    Args:
        name: The name of the sweep; "" for its models.
        configs: The combinations from `expand_grid`.
        now: When it begins.

    Returns:
        The title; "" where there is no axis, so that the runs make no sweep.
    """
    if not any(words for _, words in configs):
        return ""
    models = ", ".join(dict.fromkeys(config.model for config, _ in configs))
    return f"{name or models}, {now:%d %b %H:%M}"


def _format_value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
