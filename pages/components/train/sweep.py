"""The part of the Train page's form that starts a run for every combination of several values."""

from typing import Any

import streamlit as st

from catdog.training.sweep import TURN, read_axis
from pages.components import page

SWEEP_FIELDS = {
    "seed": ("Seeds", "1, 2, 3", "Different first weights show how much is luck. Compare averages over them."),
    "learning_rate": ("Learning rates", "0.001, 0.0003", "The size of each adjustment of the weights."),
    "flip": ("Flips", "none, horizontal", "none, horizontal, vertical or horizontal_and_vertical."),
    TURN: ("Rotations (degrees)", "0, 30", "The largest random rotation, either way."),
}
KEYS = tuple(f"sweep_{setting}" for setting in SWEEP_FIELDS)


def draw_sweep() -> tuple[str, dict[str, list[Any]]]:
    """Draw the fields for several values of a setting at once.

    Returns:
        The name for all runs of the sweep, "" for none, and {setting: its values}, no values where a field is empty.

    Raises:
        UsageError: A field has what is no value of its setting.
    """
    st.markdown(
        "**Sweep**",
        help="One run for every combination of these values, in place of the single ones above. Put commas between "
        "values; 1-5 means 1 to 5.",
    )
    texts = {}
    for (setting, (label, example, about)), cell in zip(SWEEP_FIELDS.items(), page.row(4, 180), strict=True):
        texts[setting] = cell.text_input(
            label, placeholder=example, help=about, max_chars=200, key=f"sweep_{setting}", bind="query-params"
        )
    name = st.text_input(
        "Name of these runs", placeholder="the model's name", max_chars=40, key="sweep_name", bind="query-params"
    )
    return (name or "").strip(), {setting: read_axis(setting, text or "") for setting, text in texts.items()}
