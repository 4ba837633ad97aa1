"""Settings of the Train page's form that a newcomer can leave alone: augmentation, schedule, early stopping."""

import streamlit as st

from catdog.augmentation.config import Augmentation
from catdog.models.specs import MODELS
from catdog.training import TrainConfig
from catdog.training.config import AUGMENTATIONS as EFFECTS
from catdog.training.config import HIGHEST_SMOOTHING, MAX_CLIP_NORM, MAX_EPOCHS, SCHEDULES, augmentation_settings
from catdog.training.features import describe_variants
from catdog.training.schedule import PLATEAU
from pages.components import page
from pages.components.augmentation_form import draw_effects, effect_state
from pages.components.glossary import with_links

DEFAULT = TrainConfig("model1")
OWN = "the recipe's own"
NONE, CHOSEN = "none", "chosen here"
AUGMENTATIONS = (OWN, NONE, CHOSEN)
SCHEDULE_CHOICES = (OWN, *SCHEDULES)
START = Augmentation("horizontal", 30 / 360)
SUFFIX = "s"  # of the effects' keys: flips, turns …, since the Augment page has flip, turn …
PIXELS = {OWN: None, "scaled": True, "raw": False}
EXTRAS = ("label_smoothing", "weight_decay", "clip_norm")
KEYS = ("augmentation", *effect_state(START, SUFFIX), "schedule", "pixels", *EXTRAS)
KEYS += ("patience", "restore_best", "exact")
GENTLE = Augmentation("horizontal", rotation=18 / 360, zoom=0.1, translation=0.05)  # as measured in docs/training.md
SCHEDULE_HELP = {
    OWN: "As the recipe has it.",
    "constant": "It stays the same, as in the reference course.",
    "cosine": "It falls along half a cosine curve, to almost 0 in the last epoch: large steps first, small ones later.",
    "plateau": f"It drops to a tenth whenever the validation loss has not improved for {PLATEAU} epochs.",
}
AUGMENTATION_HELP = {
    OWN: "As the recipe has it: Steady and As published augment as the reference course does, and model1 not at all.",
    NONE: "Every image is shown as it is, whatever the model.",
    CHOSEN: "Every image is changed as set below, whatever the model.",
}


def draw_advanced() -> dict[str, object]:
    """Draw augmentation, schedule, pixels and the like; return their values for TrainConfig."""
    left, right = page.row(2, 300)
    with left, st.container(gap="xsmall"):
        chosen = _draw_augmentation()
    with right, st.container(gap="xsmall"):
        schedule = st.segmented_control(
            "Learning rate over time",
            SCHEDULE_CHOICES,
            default=OWN,
            required=True,
            key="schedule",
            bind="query-params",
            wrap=True,
        )
        st.caption(with_links(SCHEDULE_HELP[schedule]))
    values: dict[str, object] = {} if schedule == OWN else {"schedule": schedule}
    if chosen != OWN:
        augmentation = draw_effects(START, SUFFIX) if chosen == CHOSEN else Augmentation()
        values |= dict.fromkeys(EFFECTS) | augmentation_settings(augmentation)
    values |= _draw_pixels() | _draw_extras()
    left, right = page.row(2, 300)
    with left, st.container(gap="xsmall"):
        patience = st.number_input(
            "Patience (epochs)",
            0,
            MAX_EPOCHS,
            DEFAULT.patience,
            step=1,
            key="patience",
            bind="query-params",
            help="Early stopping: training ends once validation accuracy hasn't improved for so many epochs. 0: never.",
        )
        st.caption(
            with_links(f"Ends early after {patience:,} epochs without progress." if patience else "Never ends early.")
        )
    with right:
        best = st.toggle(
            "Keep the best epoch",
            DEFAULT.restore_best,
            key="restore_best",
            bind="query-params",
            help="On: the run keeps the model of the epoch with the best validation accuracy. Off: that of the last "
            "epoch.",
        )
        stored = describe_variants(MODELS["model4"].augmentation)
        exact = st.toggle(
            "Compute exactly as the reference course",
            DEFAULT.exact,
            key="exact",
            bind="query-params",
            help="Off, training is faster: shorter numbers (bfloat16) where model and processor allow, one pass over "
            f"the weights in each update, and for model4 {stored} of each image in all epochs instead of a new one "
            "in each.",
        )
    return values | {"patience": patience, "restore_best": best, "exact": exact}


def _draw_pixels() -> dict[str, bool]:
    """Draw the choice of the pixels' scale; return it unless it is left to the model."""
    chosen = st.segmented_control(
        "Pixel values",
        list(PIXELS),
        default=OWN,
        required=True,
        key="pixels",
        bind="query-params",
        wrap=True,
        help="Scaled: each value of 0 to 255 first becomes one of −1 to 1. By themselves model3 and model4 scale, "
        "model1 and model2 don't. model4 needs it.",
    )
    return {} if PIXELS[chosen] is None else {"scaling": PIXELS[chosen]}


def _draw_extras() -> dict[str, float]:
    """Draw what the reference course does without; return the values that are not left to the recipe."""
    smoothing, decay, clipping = page.row(3, 200)
    options = {"format": "%g", "placeholder": OWN, "bind": "query-params"}
    values = {
        "label_smoothing": smoothing.number_input(
            "Label smoothing",
            0.0,
            HIGHEST_SMOOTHING,
            None,
            step=0.05,
            key="label_smoothing",
            help="Training aims a little short of certainty: with 0.1 at 95% instead of 100%, so that the model is "
            "less often sure and wrong. The losses shown are those without it.",
            **options,
        ),
        "weight_decay": decay.number_input(
            "Weight decay",
            0.0,
            1.0,
            None,
            step=0.01,
            key="weight_decay",
            help="Each step makes all weights smaller by this share of the learning rate, so that none grows large "
            "for the sake of a few images.",
            **options,
        ),
        "clip_norm": clipping.number_input(
            "Gradient clipping",
            0.0,
            MAX_CLIP_NORM,
            None,
            step=0.5,
            key="clip_norm",
            help="Limits how far one batch can shift the weights: gradients whose norm (their length, all taken "
            "together) is larger are scaled down to this. 0: no limit.",
            **options,
        ),
    }
    return {name: value for name, value in values.items() if value is not None}


def _draw_augmentation() -> str:
    """Draw the choice among AUGMENTATIONS; return what is chosen."""
    chosen = st.segmented_control(
        "Augmentation",
        AUGMENTATIONS,
        default=OWN,
        required=True,
        key="augmentation",
        bind="query-params",
        wrap=True,
        help="Training images are changed at random, which makes them harder to memorize. The Augment page shows "
        "what that looks like, and what each model does by itself.",
    )
    st.caption(with_links(AUGMENTATION_HELP[chosen]))
    return chosen


def augmentation_query(augmentation: Augmentation) -> dict[str, str]:
    """Return the query parameters of the Train page that train with this augmentation, whatever the model."""
    return {key: str(value) for key, value in _augmentation_state(augmentation).items()}


def fill_advanced(config: TrainConfig, recipe: TrainConfig) -> None:
    """Put a run's settings into the inputs, which show them the next time they are drawn.

    Args:
        config: The run's settings.
        recipe: Those of the recipe that the form shows, for the run's model.
    """
    for key in ("patience", "restore_best", "exact"):
        st.session_state[key] = getattr(config, key)
    values = {key: getattr(config, key) for key in EXTRAS}
    state = {key: None if value == getattr(recipe, key) else float(value) for key, value in values.items()}
    state["schedule"] = OWN if config.schedule == recipe.schedule else config.schedule
    state["pixels"] = next(word for word, scaling in PIXELS.items() if scaling == config.scaling)
    if all(getattr(config, name) == getattr(recipe, name) for name in EFFECTS):
        state["augmentation"] = OWN
    else:
        state |= _augmentation_state(config.augmentation)
    st.session_state.update(state)


def use_gentle_augmentation() -> None:
    """Put into the inputs the augmentation and the schedule with which fine-tuning was measured."""
    st.session_state.update(_augmentation_state(GENTLE), schedule="cosine")


def _augmentation_state(augmentation: Augmentation) -> dict[str, str | int]:
    """Return {key: value} of the inputs that say this augmentation."""
    if not augmentation.active:
        return {"augmentation": NONE}
    return {"augmentation": CHOSEN} | effect_state(augmentation, SUFFIX)
