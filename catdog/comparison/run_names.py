"""What runs are called side by side: by their model where that is enough, else also by what they differ in."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from catdog.runs import Run
from catdog.training.config import FINE_TUNED, QUICK, TrainConfig
from catdog.training.recipes import RECIPES, find_closest, make_config, recipe_of
from catdog.training.sweep import AXES

SEPARATOR = " · "
#: The names that runs get by themselves: "model1 26 Nov 15:13" or, as an ablation or a remedy, with a phrase behind it.
_DATED = re.compile(rf"model\d(?: {FINE_TUNED}| {QUICK})? \d\d [A-Z][a-z]{{2}} \d\d:\d\d(?:, (?P<phrase>.+))?")
#: The names that a sweep gives: "model1: seed 2, learning rate 0.0003".
_AXIS = rf"(?:{'|'.join(name.replace('_', ' ') for name in AXES)}) \S+"
_SWEPT = re.compile(rf"model\d: {_AXIS}(?:, {_AXIS})*")


def label_runs(runs: Sequence[Run]) -> dict[str, str]:
    """Return {run id: what the run is called among these runs}, each name once.

    A name that somebody gave stays. Other runs are called by their model, "model1". Where several would be called the
    same, what tells them apart is added: "model1 · Tuned", "model1 · lr 0.0003", "model1 · seed 2". Only where no
    setting does, that is when they were started.
    """
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(_name_run(run), []).append(run)
    labels = {}
    for name, members in groups.items():
        traits = _list_traits if len(members) > 1 else lambda run: ()
        labels |= _tell_apart(name, [(run, traits(run)) for run in members])
    counts = Counter(labels.values())
    # somebody may have given a run the very name that another got here
    return {run.id: _make_unique(labels[run.id], run.id, counts) for run in runs}


def _make_unique(label: str, run_id: str, counts: Counter) -> str:
    return label if counts[label] == 1 else f"{label}{SEPARATOR}{run_id}"


def _name_run(run: Run) -> str:
    """Return the name that somebody gave a run, else its model; both say if it is fine-tuned or quick."""
    manner = run.config.manner
    dated = _DATED.fullmatch(run.name)
    phrase = dated["phrase"] if dated else None
    if (dated and bool(phrase) == bool(run.original or run.remedy)) or (run.sweep and _SWEPT.fullmatch(run.name)):
        return SEPARATOR.join(filter(None, [run.config.model, manner, phrase]))
    return run.name if manner in run.name else f"{run.name}{SEPARATOR}{manner}"


def _tell_apart(name: str, runs: Sequence[tuple[Run, Sequence[str]]]) -> dict[str, str]:
    """Return {run id: name} of runs of one name, each with its traits: the first that differs is added, and so on."""
    if len(runs) == 1:
        return {runs[0][0].id: name}
    groups: dict[str, list[tuple[Run, Sequence[str]]]] = {}
    for run, (trait, *others) in runs:
        groups.setdefault(trait, []).append((run, others))
    if len(groups) == 1:
        return _tell_apart(name, next(iter(groups.values())))
    labels = {}
    for trait, members in groups.items():
        labels |= _tell_apart(f"{name}{SEPARATOR}{trait}", members)
    return labels


def _list_traits(run: Run) -> list[str]:
    """Return what may tell a run from others, in a few words each, what matters most first."""
    source = run.config.source
    excluded, corrected = (run.data.get(name, {}).get("pictures", 0) for name in ("excluded", "corrected"))
    data = {"photos": "photos", "drawn": "drawn images"}.get(source) or Path(source).name
    return [
        data,
        *_list_settings(replace(run.config, source="photos")),
        f"{excluded:,} excluded",
        f"{corrected:,} labels corrected",
        f"seed {run.config.seed}",
        datetime.fromtimestamp(run.created).strftime("%d %b %H:%M"),
        run.id[-4:],
        run.id,
    ]


@lru_cache(maxsize=2048)
def _list_settings(config: TrainConfig) -> tuple[str, ...]:
    """Return the settings in a few words each, what matters most first; without seed and data."""
    words = _describe_fields(config)
    return (_describe_recipe(config, words), *words.values())


def _describe_recipe(config: TrainConfig, words: Mapping[str, str]) -> str:
    """Return the title of the settings' recipe or, where they are none, the first that differs from the closest."""
    head = replace(config, fine_tune_layers=0)
    if recipe := recipe_of(head):
        return RECIPES[recipe].title
    closest = _describe_fields(make_config(config.model, find_closest(head)))
    return next((text for field, text in words.items() if text != closest[field]), "own settings")


def _describe_fields(config: TrainConfig) -> dict[str, str]:
    """Return {field of TrainConfig: its value in a few words}."""
    augmentation = config.augmentation
    return {
        "learning_rate": f"lr {config.learning_rate:g}",
        "schedule": f"{config.schedule} schedule",
        "flip": f"flip {augmentation.flip.replace('_', ' ')}" if augmentation.active else "no augmentation",
        "rotation": f"rotation ±{augmentation.degrees:g}°",
        "zoom": f"zoom {augmentation.zoom:g}",
        "translation": f"shift {augmentation.translation:g}",
        "contrast": f"contrast {augmentation.contrast:g}",
        "brightness": f"brightness {augmentation.brightness:g}",
        "fill": f"fill {augmentation.fill}",
        "label_smoothing": f"label smoothing {config.label_smoothing:g}",
        "weight_decay": f"weight decay {config.weight_decay:g}",
        "clip_norm": f"clip norm {config.clip_norm:g}",
        "scaling": f"{'scaled' if config.scaled else 'raw'} pixels",
        "batch_size": f"batch size {config.batch_size}",
        "fine_tuning": config.fine_tuning or "no fine-tuning",
        "epochs": f"{config.epochs} epochs",
        "fraction": f"{100 * config.fraction:g}% of the data",
        "exact": "exact arithmetic" if config.exact else "fast arithmetic",
        "patience": f"patience {config.patience}",
        "restore_best": f"{'best' if config.restore_best else 'last'} epoch kept",
    }
