"""The settings of new runs: their inputs, what is wrong with their query parameters, and a run's settings again."""

import streamlit as st

from catdog.errors import UsageError
from catdog.models.specs import MODELS, get_spec
from catdog.training import TrainConfig
from catdog.training.config import MAX_BATCH_SIZE, MAX_EPOCHS
from catdog.training.recipes import RECIPES, STEADY, describe_settings, find_closest, get_recipe, make_config
from pages.components import page, state
from pages.components.augmentation_form import list_effect_faults
from pages.components.train.advanced import (
    AUGMENTATIONS,
    PIXELS,
    SCHEDULE_CHOICES,
    SUFFIX,
    draw_advanced,
    fill_advanced,
)
from pages.components.train.fine_tuning import draw_fine_tuning, fill_fine_tuning, list_fine_tuning_faults

DEFAULT = TrainConfig("model1")
LOWEST_RATE = 1e-7
RECIPE, DRAWN_RECIPE = "recipe", "recipe-drawn"  # the session's keys of the recipe, now and as it was last drawn
FORMER_OWN = "the model's own"  # what addresses of earlier versions call the augmentation that is nobody's choice
#: Query parameters with a number or word of `TrainConfig`'s, and its type.
PLAIN_PARAMS = {"epochs": int, "batch_size": int, "learning_rate": float, "seed": int, "patience": int}
PLAIN_PARAMS |= dict.fromkeys(("label_smoothing", "weight_decay", "clip_norm"), float)


def draw_form(models: list[str]) -> list[TrainConfig]:
    """Draw the inputs that all models share; return a configuration for each of `models`."""
    recipe = _draw_recipe(models)
    integer = {"step": 1, "bind": "query-params"}
    epochs, batch, rate, seed, share = page.row(5, 150)
    values = {
        "epochs": epochs.number_input(
            "Epochs",
            1,
            MAX_EPOCHS,
            RECIPES[recipe].epochs,
            key="epochs",
            help="Rounds through all training pictures.",
            **integer,
        ),
        "batch_size": batch.number_input(
            "Batch size",
            1,
            MAX_BATCH_SIZE,
            DEFAULT.batch_size,
            key="batch_size",
            help="Pictures looked at before the weights are shifted once.",
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
            help="How far the weights are shifted each time: too small learns slowly, too large learns nothing. Left "
            "empty, it is the recipe's own.",
        ),
        "seed": seed.number_input(
            "Seed",
            0,
            2**32 - 1,
            DEFAULT.seed,
            key="seed",
            help="Decides the first weights and the order of the pictures. The same seed starts the same way again.",
            **integer,
        ),
        "fraction": share.number_input(
            "Share of the data (%)",
            1,
            100,
            round(100 * DEFAULT.fraction),
            key="share",
            help="How much of the training pictures is used: fewer is faster and teaches less.",
            **integer,
        )
        / 100,
    }
    if values["learning_rate"] is None:
        del values["learning_rate"]
    values |= draw_advanced()
    fine_tuning = draw_fine_tuning(models)
    source = state.source()
    return [
        make_config(name, recipe, source=source, **values, **fine_tuning.get(name, {}))
        for name in MODELS
        if name in models
    ]


def _draw_recipe(models: list[str]) -> str:
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
        help="Settings that belong together. What you change below counts in place of the recipe's.",
    )
    st.session_state[DRAWN_RECIPE] = recipe
    if recipe == STEADY:
        st.query_params.pop(RECIPE, None)
    else:
        st.query_params[RECIPE] = recipe
    st.caption(
        "  \n".join([RECIPES[recipe].idea, *describe_settings(recipe, [name for name in MODELS if name in models])])
    )
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


def fill_form(config: TrainConfig) -> None:
    """Put a run's settings into the inputs, which show them the next time they are drawn."""
    recipe = find_closest(config)
    own = make_config(config.model, recipe)
    st.session_state["models"] = [config.model]
    st.session_state[RECIPE] = recipe
    for key in ("epochs", "batch_size", "seed"):
        st.session_state[key] = getattr(config, key)
    rate = max(LOWEST_RATE, float(config.learning_rate))
    st.session_state["learning_rate"] = None if config.learning_rate == own.learning_rate else rate
    st.session_state["share"] = max(1, round(100 * config.fraction))
    fill_advanced(config, own)
    fill_fine_tuning(config)


def list_query_faults() -> list[str]:
    """Return a sentence for each query parameter that the inputs can't use; they pass those over."""
    params = st.query_params
    checks = [lambda name=name: get_spec(name) for name in params.get_all("models") if name]
    if RECIPE in params:
        checks.append(lambda: get_recipe(params[RECIPE]))
    for key, kind in PLAIN_PARAMS.items():
        if params.get(key):
            value = page.parse_number(params[key], kind)
            checks.append(lambda key=key, value=value: TrainConfig("model1", **{key: value}))
    if "share" in params:
        checks.append(lambda: _check_share(page.parse_number(params["share"], int)))
    faults = list_effect_faults(SUFFIX) + list_fine_tuning_faults()
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
        raise UsageError(f"The share of the data is {share!r}, but must be a whole percentage from 1 to 100.")
