"""The part of the Train page's form that makes several runs of one: a sweep over seeds, learning rates and effects."""

from typing import Any

import streamlit as st

from catdog.training.sweep import TURN, read_axis
from pages.components import page

FIELDS = {
    "seed": (
        "Seeds",
        "1, 2, 3",
        "Other first weights: how much is luck? Compare lays them together.",
    ),
    "learning_rate": ("Learning rates", "0.001, 0.0003", "How far the weights are shifted each time."),
    "flip": ("Flips", "none, horizontal", "none, horizontal, vertical or horizontal_and_vertical."),
    TURN: ("Turns (degrees)", "0, 30", "How far pictures are turned at random, either way, at most."),
}


def draw_sweep() -> tuple[str, dict[str, list[Any]]]:
    """Draw the fields; return the name for all runs and the values of each setting, none where a field is empty.

    Raises UsageError where a field has what is no value of its setting.
    """
    if "sweep" not in st.session_state:
        st.session_state["sweep"] = any(f"sweep_{name}" in st.query_params for name in FIELDS)
    with st.expander("Several values at once", icon=":material/grid_view:", key="sweep", on_change="rerun"):
        st.caption(
            "A sweep: one run for every combination of these values, in place of the single ones above. Commas stand "
            "between values; 1-5 means 1 to 5."
        )
        texts = {}
        for (name, (label, example, why)), cell in zip(FIELDS.items(), page.row(4, 180), strict=True):
            texts[name] = cell.text_input(
                label, placeholder=example, help=why, max_chars=200, key=f"sweep_{name}", bind="query-params"
            )
        called = st.text_input(
            "What to call them", placeholder="like the model", max_chars=40, key="sweep_name", bind="query-params"
        )
    return (called or "").strip(), {name: read_axis(name, text or "") for name, text in texts.items()}
