"""Ablations: one run's training once more with a single thing taken away or put in, to see what that thing does."""

from dataclasses import dataclass, replace
from datetime import datetime

from catdog.augmentation.config import Augmentation
from catdog.training.config import AUGMENTATIONS, TrainConfig, augmentation_settings

MAX_NAME = 80  # characters of a run's name
MAX_TITLE = 60  # characters of a run's name within the title of its ablations


@dataclass(frozen=True)
class Ablation:
    """A run's training with one change.

    Attributes:
        phrase: The change in a few words, such as "without augmentation".
        config: The settings of the run to come: those of the original, seed included, but for the change.
    """

    phrase: str
    config: TrainConfig


def list_ablations(config: TrainConfig) -> list[Ablation]:
    """Return the ablations that make sense for a training with these settings.

    Those are: without augmentation, and with half the rotation, where there is any; with scaled pixels where they are
    raw, and with raw pixels where they are scaled and the model can do without.
    """
    augmentation, ablations = config.augmentation, []
    if augmentation.active:
        ablations.append(Ablation("without augmentation", _augmented(config, Augmentation())))
    if not config.scaled:
        ablations.append(Ablation("with scaled pixels", replace(config, scaling=True)))
    elif not config.needs_scaling:
        ablations.append(Ablation("with raw pixels", replace(config, scaling=False)))
    if augmentation.rotation:
        halved = replace(augmentation, rotation=augmentation.rotation / 2)
        ablations.append(Ablation("with half the rotation", _augmented(config, halved)))
    return ablations


def _augmented(config: TrainConfig, augmentation: Augmentation) -> TrainConfig:
    return replace(config, **dict.fromkeys(AUGMENTATIONS) | augmentation_settings(augmentation))


def name_ablation(original: str, ablation: Ablation) -> str:
    """Return the name of an ablation's run, "NAME, without augmentation"; a long name of the original is cut."""
    ending = f", {ablation.phrase}"
    return f"{original[: MAX_NAME - len(ending)]}{ending}"


def make_ablation_title(original: str, now: datetime) -> str:
    """Return the title of the sweep that one run's ablations make: it names the run, and when they began."""
    return f"Ablations of {original[:MAX_TITLE]}, {now:%d %b %H:%M}"


def find_phrase(original: TrainConfig, config: TrainConfig) -> str:
    """Return which ablation of a run another run is, in a few words; "" where it is none."""
    return next((ablation.phrase for ablation in list_ablations(original) if ablation.config == config), "")
