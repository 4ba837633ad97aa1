"""The part of the Train page's form that only model4 has: fine-tuning the top of its pretrained network."""

import streamlit as st

from catdog.errors import UsageError
from catdog.models.fine_tuning import BACKBONE_LAYERS, FEWEST_LAYERS, MOST_LAYERS, count_trained_weights
from catdog.models.specs import MODELS
from catdog.training import TrainConfig
from catdog.training.config import MAX_EPOCHS
from pages.components import page
from pages.components.glossary import with_links
from pages.components.train.advanced import OWN, use_gentle_augmentation

DEFAULT = TrainConfig("model4")
LAYERS, EPOCHS, RATE = KEYS = ("fine_tune_layers", "fine_tune_epochs", "fine_tune_rate")
LOWEST_RATE = 1e-9
SUGGESTED = 56  # layers, as measured in docs/training.md


def draw_fine_tuning(models: list[str]) -> dict[str, dict[str, object]]:
    """Draw the settings of fine-tuning where one of `models` can be fine-tuned.

    Returns:
        {model: its values for TrainConfig}, of the models that are fine-tuned.
    """
    tunable = [name for name in models if MODELS[name].backbone]
    if not tunable:
        return {}
    with st.container(gap="xsmall"):
        st.markdown(
            with_links("**Fine-tuning of model4**"),
            help="Once the last layer is trained, the top layers of MobileNetV2 are trained too, with small steps.",
        )
        values = _draw_inputs()
    return dict.fromkeys(tunable, values) if values[LAYERS] else {}


def _draw_inputs() -> dict[str, object]:
    depth, length, rate = page.row(3, 200)
    layers = depth.number_input(
        "Fine-tune the top layers",
        0,
        MOST_LAYERS,
        DEFAULT.fine_tune_layers,
        step=1,
        key=LAYERS,
        bind="query-params",
        help=f"How many of the {BACKBONE_LAYERS} layers of MobileNetV2, from the top, are trained too. 0: none; "
        f"{FEWEST_LAYERS}: its last convolution; {SUGGESTED}: the six blocks before that as well.",
    )
    epochs = length.number_input(
        "Fine-tuning epochs",
        1,
        MAX_EPOCHS,
        DEFAULT.fine_tune_epochs,
        step=1,
        key=EPOCHS,
        bind="query-params",
        disabled=not layers,
        help="Epochs after those of the last layer alone.",
    )
    step = rate.number_input(
        "Fine-tuning rate",
        LOWEST_RATE,
        1.0,
        DEFAULT.fine_tune_rate,
        step=0.00001,
        format="%g",
        key=RATE,
        bind="query-params",
        disabled=not layers,
        help="The learning rate of these epochs. Large steps would destroy what the layers learned from over a million "
        "photos.",
    )
    if layers:
        head, tuned = count_trained_weights(0), count_trained_weights(layers)
        st.caption(
            with_links(
                f"First the last layer alone is trained ({head:,} weights), then {tuned:,} weights. Batch "
                "normalization stays frozen: its averages come from far more photos than there are here."
            )
        )
    else:
        st.caption(with_links("MobileNetV2 stays as it is; only the last layer is trained."))
    st.button(
        "Use the measured settings",
        key="gentle",
        icon=":material/auto_fix_high:",
        type="tertiary",
        on_click=_use_measured,
        help=f"{SUGGESTED} layers, {DEFAULT.fine_tune_epochs} epochs, a cosine schedule and gentle augmentation: what "
        "brought 98.3% on validation photos.",
    )
    if layers and st.session_state.get("augmentation") == OWN:
        st.caption(
            with_links(
                ":material/info: Fine-tuning works better with gentle augmentation. model4's own turns photos by up to "
                "±72°, which brought 97.3% instead of 98.3%. The button above sets both."
            )
        )
    return {LAYERS: layers, EPOCHS: epochs, RATE: step}


def _use_measured() -> None:
    """Put into the inputs what docs/training.md measured."""
    st.session_state.update({LAYERS: SUGGESTED, EPOCHS: DEFAULT.fine_tune_epochs, RATE: DEFAULT.fine_tune_rate})
    use_gentle_augmentation()


def fill_fine_tuning(config: TrainConfig) -> None:
    """Put a run's settings into the inputs, which show them the next time they are drawn."""
    for key in (LAYERS, EPOCHS):
        st.session_state[key] = getattr(config, key)
    st.session_state[RATE] = max(LOWEST_RATE, float(config.fine_tune_rate))


def list_fine_tuning_faults() -> list[str]:
    """Return a sentence for each query parameter that the inputs can't use; they pass those over."""
    faults = []
    for key, kind in zip(KEYS, (int, int, float), strict=True):
        word = st.query_params.get(key)
        if word is None:
            continue
        try:
            TrainConfig("model4", **{key: page.parse_number(word, kind)})
        except UsageError as error:
            faults.append(str(error))
    return faults
