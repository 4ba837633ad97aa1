"""The choice of the quick training, which only model4 has."""

import streamlit as st

from catdog.models.specs import MODELS
from catdog.training import TrainConfig

KEY = "quick"  # of the choice, in the session and in the address
HELP = (
    "MobileNetV2 looks at each image once, as it is, and what it sees is kept. Then the last layer is fitted to all "
    "training images in one go. There are no epochs, so recipe, augmentation and the other advanced settings don't "
    "apply: only the seed and the share of the training data do, and the seed only chooses that share. Such a run is "
    "not compared with the reference course."
)


def draw_quick(models: list[str]) -> bool:
    """Draw the choice where one of `models` has it; return whether it is chosen."""
    if not any(MODELS[name].backbone for name in models):
        return False
    return st.toggle(
        ":material/bolt: Quick model4: fit the last layer only, in seconds",
        key=KEY,
        bind="query-params",
        help=HELP,
    )


def fill_quick(config: TrainConfig) -> None:
    """Put a run's choice into the input, which shows it the next time it is drawn."""
    st.session_state[KEY] = config.quick
