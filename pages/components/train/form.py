"""The settings of new runs: their inputs, what is wrong with their query parameters, and a run's settings again."""

from typing import Any

import streamlit as st

from catdog.errors import UsageError
from catdog.models.specs import MODELS, get_spec
from catdog.training import TrainConfig
from catdog.training.config import MAX_BATCH_SIZE, MAX_EPOCHS
from catdog.training.recipes import RECIPES, STEADY, find_closest, get_recipe, make_config, make_quick_config
from pages.components import page, state
from pages.components.augmentation_form import list_effect_faults
from pages.components.train import fine_tuning, quick, sweep
from pages.components.train.advanced import (
    AUGMENTATIONS,
    KEYS,
    PIXELS,
    SCHEDULE_CHOICES,
    SUFFIX,
    draw_advanced,
    fill_advanced,
)
from pages.components.train.model_cards import PARAM as MODELS_PARAM
from pages.components.train.model_cards import select_models

DEFAULT = TrainConfig("model1")
FORM = "new-runs"  # the session's key of whether the form is unfolded while something stands above it
ADVANCED = "advanced"  # the session's key of whether the settings are unfolded
NUMBERS = ("epochs", "batch_size", "learning_rate", "seed", "share")
LOWEST_RATE = 1e-7
RECIPE, DRAWN_RECIPE = "recipe", "recipe-drawn"  # the session's keys of the recipe, now and as it was last drawn
FORMER_OWN = "the model's own"  # what addresses of earlier versions call the augmentation that is nobody's choice
#: Query parameters with a number or word of `TrainConfig`'s, and its type.
PLAIN_PARAMS = {"epochs": int, "batch_size": int, "learning_rate": float, "seed": int, "patience": int}
PLAIN_PARAMS |= dict.fromkeys(("label_smoothing", "weight_decay", "clip_norm"), float)


def draw_form(models: list[str], recipe: str, quickly: bool) -> tuple[list[TrainConfig], str, dict[str, list[Any]]]:
    """Draw what a newcomer can leave alone, folded.

    Args:
        models: The chosen ones.
        recipe: The chosen one, a name of `RECIPES`.
        quickly: Whether model4 is trained quickly.

    Returns:
        A configuration for each of `models`, and the name and the axes of a sweep, see `draw_sweep`.
    """
    folded = (*NUMBERS, *KEYS, *fine_tuning.KEYS, *sweep.KEYS)
    state.note_inputs("train", (*folded, RECIPE, ADVANCED, FORM, quick.KEY))
    if ADVANCED not in st.session_state:
        st.session_state[ADVANCED] = any(key in st.query_params for key in folded)
    with st.expander("Advanced", icon=":material/tune:", key=ADVANCED, on_change="rerun"):
        values = _draw_numbers(models, recipe) | draw_advanced()
        tuned = fine_tuning.draw_fine_tuning(models)
        name, axes = sweep.draw_sweep()
    source = state.source()
    configs = [
        make_quick_config(source, values["fraction"], values["seed"])
        if quickly and MODELS[model].backbone
        else make_config(model, recipe, source=source, **values, **tuned.get(model, {}))
        for model in MODELS
        if model in models
    ]
    return configs, name, axes


def _draw_numbers(models: list[str], recipe: str) -> dict[str, Any]:
    """Draw the numbers that every training has; return their values for TrainConfig."""
    integer = {"step": 1, "bind": "query-params"}
    epochs, batch, rate, seed, share = page.row(5, 150)
    values = {
        "epochs": epochs.number_input(
            "Epochs",
            1,
            MAX_EPOCHS,
            RECIPES[recipe].epochs,
            key="epochs",
            help="How often the model sees every training image.",
            **integer,
        ),
        "batch_size": batch.number_input(
            "Batch size",
            1,
            MAX_BATCH_SIZE,
            DEFAULT.batch_size,
            key="batch_size",
            help="How many images the model sees before its weights are adjusted once.",
            **integer,
        ),
        "learning_rate": rate.number_input(
            "Learning rate",
            LOWEST_RATE,
            1.0,
            None,
            step=0.0001,
            format="%g",
            key="learning_rate",
            bind="query-params",
            placeholder=_describe_rates(recipe, models),
            help="The size of each adjustment: too small learns slowly, too large learns nothing. Leave it empty to "
            "use the recipe's.",
        ),
        "seed": seed.number_input(
            "Seed",
            0,
            2**32 - 1,
            DEFAULT.seed,
            key="seed",
            help="Sets the first weights and the order of the images. The same seed starts the same way again.",
            **integer,
        ),
        "fraction": share.number_input(
            "Training data used (%)",
            1,
            100,
            round(100 * DEFAULT.fraction),
            key="share",
            help="Fewer training images make training faster and the model worse.",
            **integer,
        )
        / 100,
    }
    if values["learning_rate"] is None:
        del values["learning_rate"]
    return values


def draw_recipe() -> str:
    """Draw the choice of the recipe, which the address keeps by its name; return that name."""
    if RECIPE not in st.session_state:
        word = st.query_params.get(RECIPE)
        st.session_state[RECIPE] = word if word in RECIPES else STEADY
    # not bound to the address, which would then hold the title in place of the name
    recipe = st.segmented_control(
        "Recipe",
        list(RECIPES),
        required=True,
        format_func=lambda name: RECIPES[name].title,
        key=RECIPE,
        on_change=_follow_recipe,
        wrap=True,
        help="  \n".join(f"**{recipe.title}**: {recipe.idea}" for recipe in RECIPES.values()),
    )
    st.session_state[DRAWN_RECIPE] = recipe
    if recipe == STEADY:
        st.query_params.pop(RECIPE, None)
    else:
        st.query_params[RECIPE] = recipe
    return recipe


def _follow_recipe() -> None:
    """Let the epochs be those of the recipe that was just chosen, unless they were changed by hand."""
    before = RECIPES[st.session_state.get(DRAWN_RECIPE, STEADY)]
    if st.session_state.get("epochs") == before.epochs:
        st.session_state["epochs"] = RECIPES[st.session_state[RECIPE]].epochs


def _describe_rates(recipe: str, models: list[str]) -> str:
    """Return the learning rates that the recipe has for these models, such as "0.0003 or 0.001"."""
    rates = {make_config(name, recipe).learning_rate for name in models}
    return " or ".join(f"{rate:g}" for rate in sorted(rates))


def unfold_form() -> None:
    """Unfold the form at first where the address names what to train."""
    if FORM not in st.session_state:
        st.session_state[FORM] = any(key in st.query_params for key in (MODELS_PARAM, RECIPE, *NUMBERS, *KEYS))


def fill_form(config: TrainConfig) -> None:
    """Put a run's settings into the inputs, which show them the next time they are drawn."""
    quick.fill_quick(config)
    if config.quick:  # what does not count for it is left as it usually is
        config = make_config(config.model, source=config.source, fraction=config.fraction, seed=config.seed)
    recipe = find_closest(config)
    own = make_config(config.model, recipe)
    select_models([config.model])
    st.session_state[RECIPE] = recipe
    for key in ("epochs", "batch_size", "seed"):
        st.session_state[key] = getattr(config, key)
    rate = max(LOWEST_RATE, float(config.learning_rate))
    st.session_state["learning_rate"] = None if config.learning_rate == own.learning_rate else rate
    st.session_state["share"] = max(1, round(100 * config.fraction))
    fill_advanced(config, own)
    fine_tuning.fill_fine_tuning(config)
    st.session_state[ADVANCED] = st.session_state[FORM] = True


def list_query_faults() -> list[str]:
    """Return a sentence for each query parameter that the inputs can't use; they pass those over."""
    params = st.query_params
    checks = [lambda name=name: get_spec(name) for name in params.get_all(MODELS_PARAM) if name]
    if RECIPE in params:
        checks.append(lambda: get_recipe(params[RECIPE]))
    for key, kind in PLAIN_PARAMS.items():
        if params.get(key):
            value = page.parse_number(params[key], kind)
            checks.append(lambda key=key, value=value: TrainConfig("model1", **{key: value}))
    if "share" in params:
        checks.append(lambda: _check_share(page.parse_number(params["share"], int)))
    faults = list_effect_faults(SUFFIX) + fine_tuning.list_fine_tuning_faults()
    for check in checks:
        try:
            check()
        except UsageError as error:
            faults.append(str(error))
    words = {"schedule": SCHEDULE_CHOICES, "augmentation": AUGMENTATIONS, "pixels": tuple(PIXELS)}
    for key, allowed in words.items():
        word = params.get(key, allowed[0])
        faults += [] if word == FORMER_OWN else page.describe_invalid_word(f"choice of {key}", word, allowed)
    return faults


def _check_share(share: int | str) -> None:
    if share not in range(1, 101):
        raise UsageError(f"The training data used is {share!r}, but must be a whole percentage from 1 to 100.")
