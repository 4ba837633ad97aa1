"""The settings in which runs differ."""

from collections.abc import Sequence

from catdog.comparison.labels import describe_corrected, describe_data
from catdog.runs import Run
from catdog.training.config import AUGMENTATIONS
from catdog.training.recipes import describe_recipe, list_recipes

PIXELS = {None: "the model's own", True: "scaled to −1..1", False: "raw, 0 to 255"}


def diff_settings(runs: Sequence[Run]) -> dict[str, list[str]]:
    """Return {setting: its value in words for each run, in their order}, of the settings in which they differ.

    What follows from the model alone (its layers, its loss, and its own augmentation if no other was set) is left out.
    """
    settings = [_describe_settings(run) for run in runs]
    recipes = [set(list_recipes(run.config)) for run in runs]
    if not recipes or not all(recipes) or set.intersection(*recipes):
        for values in settings:
            # no recipe says less than the settings do, and model4's steady one is the published one
            del values["Recipe"]
    names = list(dict.fromkeys(name for values in settings for name in values))
    rows = {name: [values.get(name, "–") for values in settings] for name in names}
    return {name: row for name, row in rows.items() if len(set(row)) > 1}


def _describe_settings(run: Run) -> dict[str, str]:
    """Return what was decided about a run, in words."""
    config, details = run.config, run.details
    excluded = run.data.get("excluded", {}).get("pictures", 0)
    corrected = run.data.get("corrected", {})
    own = all(getattr(config, name) is None for name in AUGMENTATIONS)
    in_epochs = {
        "Epochs": f"{config.epochs:,}",
        "Batch size": f"{config.batch_size:,}",
        "Learning rate": f"{config.learning_rate:g}",
        "Schedule of the learning rate": config.schedule,
    }
    return {
        "Data": describe_data(run),
        "Excluded images": f"{excluded:,}",
        "Labels": describe_corrected(corrected.get("pictures", 0), corrected.get("digest", "")),
        "Recipe": describe_recipe(config),
        "Trained": "quick: the last layer, fitted at once" if config.quick else "in epochs",
        **(dict.fromkeys(in_epochs, "–") if config.quick else in_epochs),
        "Label smoothing": f"{config.label_smoothing:g}" if config.label_smoothing else "none",
        "Weight decay": f"{config.weight_decay:g}" if config.weight_decay else "none",
        "Gradient clipping": f"at norm {config.clip_norm:g}" if config.clip_norm else "none",
        "Fine-tuning": config.fine_tuning or "none",
        "Early stopping": f"after {config.patience:,} epochs without progress" if config.patience else "never",
        "Model that is kept": f"that of the {'best' if config.restore_best else 'last'} epoch",
        "Augmentation": "the model's own" if own else config.augmentation.description,
        "Pixel values": PIXELS[config.scaling],
        "Seed": str(config.seed),
        "Arithmetic": "as in the reference course" if config.exact else "made faster",
        "Weights it started from": details.get("weights", {}).get("source") or "random",
        "Device": details.get("device") or "–",
        **{f"Version of {name}": version for name, version in details.get("versions", {}).items()},
    }
