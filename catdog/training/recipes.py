"""Recipes: named settings, each a complete way to train any of the four models.

A run stores its settings and no recipe. Which recipe they are is found by comparison, so that no run can say one thing
and do another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from catdog.augmentation.config import Augmentation
from catdog.errors import UsageError
from catdog.models.specs import MODELS
from catdog.training.config import AUGMENTATIONS, TrainConfig, augmentation_settings
from catdog.utils.text import join_names

STEADY, PUBLISHED, TUNED = "steady", "published", "tuned"
#: What each recipe sets for each model; all else is as in `TrainConfig`, which is as published.
_STEADY: Mapping[str, Mapping[str, Any]] = {
    "model1": {"learning_rate": 0.0001},
    "model2": {"learning_rate": 0.0001},
    "model3": {"learning_rate": 0.0003},
    "model4": {},
}
_TUNED: Mapping[str, Any] = {
    "learning_rate": 0.0005,
    "schedule": "cosine",
    "label_smoothing": 0.1,
    "weight_decay": 0.1,
    **augmentation_settings(Augmentation("horizontal", rotation=0.1, zoom=0.2, translation=0.1, contrast=0.2)),
}
#: Settings that say on what, how long and with which luck a model trains, or what is kept: free within a recipe.
FREE = ("model", "source", "epochs", "seed", "fraction", "exact", "patience", "restore_best")
FINE_TUNING = ("fine_tune_layers", "fine_tune_epochs", "fine_tune_rate")


@dataclass(frozen=True)
class Recipe:
    """Settings that belong together.

    Attributes:
        name: The word for it in addresses and on the command line.
        title: What people call it.
        idea: One plain sentence on what it is for.
        settings: {model: {field of `TrainConfig`: value}} of what differs from the published settings.
        epochs: How many a training has unless told otherwise.
    """

    name: str
    title: str
    idea: str
    settings: Mapping[str, Mapping[str, Any]]
    epochs: int = TrainConfig.epochs


RECIPES: Mapping[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            STEADY,
            "Steady",
            "As published, but with a smaller learning rate where the published one throws the weights about.",
            _STEADY,
        ),
        Recipe(
            PUBLISHED,
            "As published",
            "The reference course's own settings, with which a training may fail, depending on its seed.",
            {},
        ),
        Recipe(
            TUNED,
            "Tuned",
            "How far the same architectures go with more epochs, more augmentation and every other help.",
            # without scaled pixels model1 memorizes most and gains most from smaller weights
            dict.fromkeys(MODELS, _TUNED) | {"model1": {**_TUNED, "weight_decay": 1.0}},
            epochs=60,
        ),
    )
}


def get_recipe(name: str) -> Recipe:
    """Return the recipe called `name`.

    Raises:
        UsageError: There is no such recipe.
    """
    if name not in RECIPES:
        raise UsageError(f"There is no recipe called {name[:40]!r}: choose one of {', '.join(RECIPES)}.")
    return RECIPES[name]


def make_config(model: str, recipe: str = STEADY, **changes: Any) -> TrainConfig:
    """Return the settings of a recipe for a model.

    Args:
        model: "model1" to "model4".
        recipe: One of `RECIPES`.
        changes: Fields of `TrainConfig` in place of the recipe's.

    Raises:
        UsageError: There is no such model or recipe, or a value is out of bounds.
    """
    chosen = get_recipe(recipe)
    return TrainConfig(**({"model": model, "epochs": chosen.epochs, **chosen.settings.get(model, {})} | changes))


def make_quick_config(source: str = "photos", fraction: float = 1.0, seed: int = 1) -> TrainConfig:
    """Return the settings of a quick training: model4's last layer, fitted at once.

    Args:
        source: As in `TrainConfig`, as the others.
        fraction: Share of the training images.
        seed: Chooses that share, and decides nothing else.

    Raises:
        UsageError: A value is out of bounds.
    """
    as_they_are = augmentation_settings(Augmentation())
    return TrainConfig("model4", source, 1, fraction=fraction, seed=seed, quick=True, **as_they_are)


def recipe_of(config: TrainConfig) -> str:
    """Return the name of the recipe that these settings are, the first of several; "" for settings of their own."""
    return next(iter(list_recipes(config)), "")


def list_recipes(config: TrainConfig) -> list[str]:
    """Return the names of all recipes that these settings are: model4's steady one is the published one, too.

    Epochs, seed, data and the other settings in `FREE` don't count.
    """
    return [name for name in RECIPES if not list_changes(config, name)]


def list_changes(config: TrainConfig, recipe: str) -> dict[str, Any]:
    """Return {field: its value} of the settings, not among `FREE`, that differ from the recipe's for this model.

    Of the augmentation, and of the fine-tuning, all fields are given where any of them acts differently.

    Raises:
        UsageError: There is no such recipe.
    """
    own = make_config(config.model, recipe)
    apart = (*FREE, *AUGMENTATIONS, *FINE_TUNING, "scaling")
    counted = [field.name for field in fields(TrainConfig) if field.name not in apart]
    changes = {name: value for name in counted if (value := getattr(config, name)) != getattr(own, name)}
    if config.fine_tuning != own.fine_tuning:
        changes |= {name: getattr(config, name) for name in FINE_TUNING}
    if config.scaled != own.scaled:
        changes["scaling"] = config.scaling
    if config.augmentation != own.augmentation:
        changes |= {name: getattr(config, name) for name in AUGMENTATIONS}
    return changes


def find_closest(config: TrainConfig) -> str:
    """Return the name of the recipe from which these settings are reached with the fewest changes.

    Recipes that set the augmentation in the same words come first, since "the model's own" can't be said in others.
    """

    def distance(name: str) -> tuple[bool, int]:
        own = make_config(config.model, name)
        other_words = any(getattr(config, field) != getattr(own, field) for field in AUGMENTATIONS)
        return other_words, len(list_changes(config, name))

    return min(RECIPES, key=distance)


def describe_recipe(config: TrainConfig) -> str:
    """Return the titles of the recipes that these settings are, "settings of its own" where they are none.

    Fine-tuning is no recipe's: where only that is added to one, this is "Steady, then fine-tuned".
    """
    if config.quick:
        return "Quick: the last layer, fitted at once"
    if config.fine_tuning and (before := recipe_of(replace(config, fine_tune_layers=0))):
        return f"{RECIPES[before].title}, then fine-tuned"
    return join_names([RECIPES[name].title for name in list_recipes(config)]) or "settings of its own"


def describe_config(config: TrainConfig) -> str:
    """Return in a few words how a model is trained, such as "20 epochs · learning rate 0.0003"."""
    if config.quick:
        return "only the last layer, fitted at once · images as they are"
    rate = f"learning rate {config.learning_rate:g}"
    parts = [
        f"{config.epochs:,} {'epoch' if config.epochs == 1 else 'epochs'}",
        rate if config.schedule == "constant" else f"{rate}, {config.schedule}",
        *(f"{label.lower()} {value}" for label, value in describe_extras(config).items()),
    ]
    if config.augmentation != TrainConfig(config.model).augmentation:
        parts.append(f"images are {config.augmentation.description}")
    if config.fine_tuning:
        parts.append(f"then {config.fine_tuning}")
    return " · ".join(parts)


def describe_extras(config: TrainConfig) -> dict[str, str]:
    """Return {what it is called: its value in words} of the helps that the notebook does without, where they are on."""
    values = {
        "Label smoothing": config.label_smoothing,
        "Weight decay": config.weight_decay,
        "Gradients clipped at norm": config.clip_norm,
    }
    return {label: f"{value:g}" for label, value in values.items() if value}
