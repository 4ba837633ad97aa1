"""The settings of new runs: their inputs, what is wrong with their query parameters, and a run's settings again."""

import streamlit as st

from catdog.errors import UsageError
from catdog.models.specs import MODELS, get_spec
from catdog.training import TrainConfig
from catdog.training.config import MAX_BATCH_SIZE, MAX_EPOCHS
from pages.components import page, state
from pages.components.augmentation_form import list_effect_faults
from pages.components.train.advanced import AUGMENTATIONS, SUFFIX, draw_advanced, fill_advanced

DEFAULT = TrainConfig("model1")
LOWEST_RATE = 1e-7


def draw_form(models: list[str]) -> list[TrainConfig]:
    """Draw the inputs that all models share; return a configuration for each of `models`."""
    integer = {"step": 1, "bind": "query-params"}
    epochs, batch, rate, seed, share = page.row(5, 150)
    values = {
        "epochs": epochs.number_input(
            "Epochs",
            1,
            MAX_EPOCHS,
            DEFAULT.epochs,
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
            DEFAULT.learning_rate,
            step=0.0005,
            format="%g",
            key="learning_rate",
            bind="query-params",
            help="How far the weights are shifted each time: too small learns slowly, too large learns nothing.",
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
    values |= draw_advanced()
    source = state.source()
    return [TrainConfig(model=name, source=source, **values) for name in MODELS if name in models]


def fill_form(config: TrainConfig) -> None:
    """Put a run's settings into the inputs, which show them the next time they are drawn."""
    st.session_state["models"] = [config.model]
    for key in ("epochs", "batch_size", "seed"):
        st.session_state[key] = getattr(config, key)
    st.session_state["learning_rate"] = max(LOWEST_RATE, float(config.learning_rate))
    st.session_state["share"] = max(1, round(100 * config.fraction))
    fill_advanced(config)


def list_query_faults() -> list[str]:
    """Return a sentence for each query parameter that the inputs can't use; they pass those over."""
    params = st.query_params
    checks = [lambda name=name: get_spec(name) for name in params.get_all("models") if name]
    types = {"epochs": int, "batch_size": int, "learning_rate": float, "seed": int, "patience": int, "schedule": str}
    for key, kind in types.items():
        if key in params:
            checks.append(lambda key=key, kind=kind: TrainConfig("model1", **{key: _parse(params[key], kind)}))
    if "share" in params:
        checks.append(lambda: _check_share(_parse(params["share"], int)))
    faults = list_effect_faults(SUFFIX)
    for check in checks:
        try:
            check()
        except UsageError as error:
            faults.append(str(error))
    augmentation = params.get("augmentation", AUGMENTATIONS[0])
    return faults + page.describe_invalid_word("augmentation", augmentation, AUGMENTATIONS)


def _check_share(share: int | str) -> None:
    if share not in range(1, 101):
        raise UsageError(f"The share of the data is {share!r}, but must be a whole percentage from 1 to 100.")


def _parse(text: str, kind: type) -> int | float | str:
    """Return the number that a query parameter says, or its first 40 characters where it says none."""
    try:
        return kind(text)
    except ValueError:
        return text[:40]
