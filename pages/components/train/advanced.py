"""The parts of the Train page's form that a newcomer can leave alone: more settings, and sweeps over several values."""

from typing import Any

import streamlit as st

from catdog.augmentation.config import Augmentation
from catdog.models.specs import MODELS
from catdog.training import TrainConfig
from catdog.training.config import AUGMENTATIONS as EFFECTS
from catdog.training.config import HIGHEST_SMOOTHING, MAX_CLIP_NORM, MAX_EPOCHS, SCHEDULES, augmentation_settings
from catdog.training.features import describe_variants
from catdog.training.schedule import PLATEAU
from catdog.training.sweep import TURN, read_axis
from pages.components import page
from pages.components.augmentation_form import draw_effects, effect_state

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
SCHEDULE_HELP = {
    OWN: "As the recipe has it.",
    "constant": "It stays the same, as in the notebook.",
    "cosine": "It falls along half a cosine curve, to almost 0 in the last epoch: large steps first, fine ones at the "
    "end.",
    "plateau": f"It drops to a tenth whenever {PLATEAU} epochs have not made the validation loss (how far off the "
    "answers to validation pictures are) better: finer steps once the large ones lead no further.",
}
AUGMENTATION_HELP = {
    OWN: "As the recipe has it: Steady and As published flip and turn as in the notebook, and model1 not at all.",
    NONE: "Every picture is shown as it is, whatever the model.",
    CHOSEN: "Every picture is changed as set below, whatever the model.",
}
SWEEP_FIELDS = {
    "seed": ("Seeds", "1, 2, 3", "Other first weights: how much is luck? Compare lays them together."),
    "learning_rate": ("Learning rates", "0.001, 0.0003", "How far the weights are shifted each time."),
    "flip": ("Flips", "none, horizontal", "none, horizontal, vertical or horizontal_and_vertical."),
    TURN: ("Turns (degrees)", "0, 30", "How far pictures are turned at random, either way, at most."),
}


def draw_advanced() -> dict[str, object]:
    """Draw the settings that a newcomer can leave alone; return their values for TrainConfig."""
    if "more" not in st.session_state:
        st.session_state["more"] = any(key in st.query_params for key in KEYS)
    with st.expander("More settings", icon=":material/tune:", key="more", on_change="rerun"):
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
            st.caption(SCHEDULE_HELP[schedule])
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
                help="Early stopping: the training ends once so many epochs in a row have not brought a better "
                "validation accuracy. 0: never.",
            )
            st.caption(f"Ends early after {patience:,} epochs without progress." if patience else "Never ends early.")
        with right:
            best = st.toggle(
                "Keep the best epoch",
                DEFAULT.restore_best,
                key="restore_best",
                bind="query-params",
                help="On, the run keeps the model of the epoch with the best validation accuracy; off, that of the "
                "last one.",
            )
            stored = describe_variants(MODELS["model4"].augmentation)
            exact = st.toggle(
                "The notebook's own arithmetic",
                DEFAULT.exact,
                key="exact",
                bind="query-params",
                help="Off, training is faster: shorter numbers (bfloat16) where model and processor allow, one pass "
                f"over the weights in each update, and, for model4, {stored} of each image in all epochs instead of a "
                "new one in each.",
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
        help="Scaled, each value of 0 to 255 becomes one of −1 to 1 before anything else. By themselves model3 and "
        "model4 scale, model1 and model2 don't; model4 can't do without.",
    )
    return {} if PIXELS[chosen] is None else {"scaling": PIXELS[chosen]}


def _draw_extras() -> dict[str, float]:
    """Draw what the notebook does without; return the values that are not left to the recipe."""
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
            help="Training aims a little short of certainty: with 0.1 at 95% where it would aim at 100%, so that the "
            "model is less often sure and wrong. The losses that the pages show are those without it.",
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
            "for a few pictures' sake.",
            **options,
        ),
        "clip_norm": clipping.number_input(
            "Gradient clipping",
            0.0,
            MAX_CLIP_NORM,
            None,
            step=0.5,
            key="clip_norm",
            help="No batch may shift the weights by more than this: the gradients are scaled down where their norm "
            "(their length, all taken together) is larger. 0: no limit.",
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
    st.caption(AUGMENTATION_HELP[chosen])
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
    usual = all(getattr(config, key) == getattr(DEFAULT, key) for key in ("patience", "restore_best", "exact"))
    if not usual or any(value not in (OWN, None) for value in state.values()):
        st.session_state["more"] = True


def _augmentation_state(augmentation: Augmentation) -> dict[str, str | int]:
    """Return {key: value} of the inputs that say this augmentation."""
    if not augmentation.active:
        return {"augmentation": NONE}
    return {"augmentation": CHOSEN} | effect_state(augmentation, SUFFIX)


def draw_sweep() -> tuple[str, dict[str, list[Any]]]:
    """Draw the fields for several values of a setting at once.

    Returns:
        The name for all runs of the sweep, "" for none, and {setting: its values}, no values where a field is empty.

    Raises:
        UsageError: A field has what is no value of its setting.
    """
    if "sweep" not in st.session_state:
        st.session_state["sweep"] = any(f"sweep_{setting}" in st.query_params for setting in SWEEP_FIELDS)
    with st.expander("Several values at once", icon=":material/grid_view:", key="sweep", on_change="rerun"):
        st.caption(
            "A sweep: one run for every combination of these values, in place of the single ones above. Commas stand "
            "between values; 1-5 means 1 to 5."
        )
        texts = {}
        for (setting, (label, example, about)), cell in zip(SWEEP_FIELDS.items(), page.row(4, 180), strict=True):
            texts[setting] = cell.text_input(
                label, placeholder=example, help=about, max_chars=200, key=f"sweep_{setting}", bind="query-params"
            )
        name = st.text_input(
            "What to call them", placeholder="like the model", max_chars=40, key="sweep_name", bind="query-params"
        )
    return (name or "").strip(), {setting: read_axis(setting, text or "") for setting, text in texts.items()}
