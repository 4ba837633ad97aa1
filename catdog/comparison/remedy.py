"""What to try next after a diagnosis: a sentence, and the change of settings that a button can start as a run."""

from typing import Any

from catdog.comparison.verdicts import Remedy, Verdict
from catdog.training import TrainConfig
from catdog.training.config import AUGMENTATIONS, MAX_EPOCHS

SMALL_BATCH, USUAL_BATCH = 16, 32
MILD = {"flip": "horizontal", "rotation": 0.1}  # an augmentation after which cats and dogs still look like themselves
STRONGER = {"zoom": 0.2, "contrast": 0.2}
PATIENCE = 3
IN_EPOCHS = {"quick": False, "epochs": TrainConfig.epochs} | dict.fromkeys(AUGMENTATIONS)


def choose_remedy(
    verdict: Verdict, config: TrainConfig, usual_rate: float, memorized: bool = False
) -> tuple[str, Remedy | None]:
    """Return what to try next: the sentence, and the settings, None where no setting is the answer.

    Args:
        verdict: What was found.
        config: The run's settings.
        usual_rate: The learning rate that is usual for its model.
        memorized: Whether it is far better on its training images than on new ones.
    """
    if config.quick and verdict != Verdict.FITS:
        return (
            "Only its last layer was fitted, on images as they are: train model4 in epochs, with augmentation.",
            Remedy(IN_EPOCHS, "in epochs"),
        )
    rate = config.learning_rate
    match verdict:
        case Verdict.DIVERGED | Verdict.RATE_TOO_HIGH:
            lower = usual_rate if rate > usual_rate else rate / 10
            return _try_rate("A smaller learning rate keeps the weights from overshooting", lower)
        case Verdict.RATE_TOO_LOW:
            return _try_rate("A larger learning rate gets there sooner", usual_rate)
        case Verdict.UNSTABLE:
            return _steady(config, usual_rate)
        case Verdict.NOT_LEARNED:
            return _wake(config, usual_rate, memorized)
        case Verdict.IMPROVING:
            return _train_longer(config, "It has not had enough epochs yet")
        case Verdict.UNDERFITS:
            return _ease(config)
        case Verdict.OVERFITS:
            return _generalize(config)
    return "There is nothing to fix: see what the test images say.", None


def apply_remedy(config: TrainConfig, remedy: Remedy) -> TrainConfig:
    """Return a run's settings with a remedy's changes.

    Raises:
        UsageError: They don't fit together.
    """
    return TrainConfig.from_dict(config.to_dict() | dict(remedy.changes))


def _try_rate(why: str, rate: float) -> tuple[str, Remedy]:
    rate = float(f"{rate:.2g}")
    return f"{why}: try {rate:g}.", Remedy({"learning_rate": rate}, f"with learning rate {rate:g}")


def _train_longer(config: TrainConfig, why: str) -> tuple[str, Remedy | None]:
    epochs = min(2 * config.epochs, MAX_EPOCHS)
    if epochs == config.epochs:
        return f"{why}, but {MAX_EPOCHS:,} are the most: try another model.", None
    changes: dict[str, Any] = {"epochs": epochs} | ({"patience": 0} if config.patience else {})
    return f"{why}: try {epochs:,}.", Remedy(changes, f"with {epochs:,} epochs")


def _steady(config: TrainConfig, usual_rate: float) -> tuple[str, Remedy]:
    if config.batch_size < SMALL_BATCH:
        return (
            f"With {config.batch_size} images a batch, each step follows few of them: try {USUAL_BATCH}.",
            Remedy({"batch_size": USUAL_BATCH}, f"with batch size {USUAL_BATCH}"),
        )
    if config.learning_rate > usual_rate:
        return _try_rate("A smaller learning rate makes smaller steps", usual_rate)
    if config.schedule != "cosine":
        return (
            "A learning rate that falls to almost 0 lets the weights settle: try the cosine schedule.",
            Remedy({"schedule": "cosine"}, "with cosine schedule"),
        )
    return _try_rate("A smaller learning rate makes smaller steps", config.learning_rate / 3)


def _wake(config: TrainConfig, usual_rate: float, memorized: bool) -> tuple[str, Remedy | None]:
    if memorized:
        advice = "First check that the images are labelled correctly; then try what makes memorizing harder"
        if config.augmentation.active:
            return f"{advice}: more images.", None
        return f"{advice}: augmentation.", Remedy(MILD, "with augmentation")
    if config.learning_rate > usual_rate:
        return _try_rate("The weights may overshoot", usual_rate)
    lower = float(f"{config.learning_rate / 3:.2g}")
    return (
        f"First check that the images are labelled correctly; then try a smaller learning rate: {lower:g}.",
        Remedy({"learning_rate": lower}, f"with learning rate {lower:g}"),
    )


def _ease(config: TrainConfig) -> tuple[str, Remedy | None]:
    own = TrainConfig(config.model).augmentation
    if config.augmentation.active and config.augmentation != own:
        return (
            "Its augmentation may change the images too much: try the model's own.",
            Remedy(dict.fromkeys(AUGMENTATIONS), "with the model's own augmentation"),
        )
    if own.rotation and config.augmentation.rotation:
        half = own.rotation / 2
        return (
            f"Its augmentation may make learning too hard: try half the rotation, ±{360 * half:g}°.",
            Remedy({"rotation": half}, "with half the rotation"),
        )
    return "It may be too weak or trained too shortly: try a stronger model, such as model4.", None


def _generalize(config: TrainConfig) -> tuple[str, Remedy | None]:
    if config.fraction < 1:
        fraction = min(1.0, 2 * config.fraction)
        share = f"{100 * fraction:g}%"
        return (
            f"More training images help most: try {share} of them instead of {100 * config.fraction:g}%.",
            Remedy({"fraction": fraction}, f"with {share} of the images"),
        )
    if not config.augmentation.active:
        return "Augmentation makes memorizing harder: try it.", Remedy(MILD, "with augmentation")
    if not (config.augmentation.zoom or config.augmentation.contrast):
        return (
            "More augmentation makes memorizing harder: try zoom and contrast too.",
            Remedy(STRONGER, "with more augmentation"),
        )
    if not config.patience:
        return (
            f"Stop sooner: try early stopping after {PATIENCE} epochs without progress.",
            Remedy({"patience": PATIENCE}, "with early stopping"),
        )
    return "More training images would help most.", None
