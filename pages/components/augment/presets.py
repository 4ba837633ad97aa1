"""Augmentations that one click sets: none, those of the reference course's examples, and those of the models."""

import streamlit as st

from catdog.augmentation.config import Augmentation
from catdog.models.specs import MODELS
from pages.components.augmentation_form import effect_state

PRESETS = {
    "None": Augmentation(),
    "Reference flip": Augmentation("horizontal_and_vertical"),
    "Reference rotation": Augmentation(rotation=0.2),
} | {name: spec.augmentation for name, spec in MODELS.items() if spec.augmentation.active}
HELP = (
    "The reference course shows a flip and a rotation as examples, each alone. model2 to model4 are what these models "
    "train with."
)


def draw_presets(augmentation: Augmentation) -> None:
    """Draw a chip for each preset; the one that the inputs say at this moment is selected."""
    st.session_state["preset"] = next((name for name, preset in PRESETS.items() if preset == augmentation), None)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("Presets", help=HELP, width="content")
        st.pills("Presets", list(PRESETS), key="preset", on_change=_apply, label_visibility="collapsed")


def _apply() -> None:
    """Set the inputs; a click on the selected chip takes its selection away, and then nothing changes."""
    if st.session_state["preset"] in PRESETS:
        st.session_state.update(effect_state(PRESETS[st.session_state["preset"]]))
