"""The four models as cards to tick; the address says which are ticked."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from catdog.charts import MODEL_COLOURS
from catdog.models.specs import MODELS
from pages.components import page
from pages.components.styles import apply_styles

PARAM, DEFAULT = "models", "model1"
DRAWN = "models-drawn"  # the session's key of what the address said as the cards were last drawn
#: A click anywhere on a card ticks it, and a ticked card has its model's colour all around. On a phone the ideas, which
#: the Models page has too, would push the button below the fold.
_RULES = """
[class*="st-key-model-card-"] { position: relative; }
[class*="st-key-model-card-"]:hover { background: color-mix(in srgb, currentColor 4%, transparent); }
[class*="st-key-model-card-"] [data-testid="stCheckbox"] label::after {
  content: ""; position: absolute; inset: 0; z-index: 1; cursor: pointer;
}
[class*="st-key-model-card-"] :is([class*="st-key-tick-"], [data-testid="stCheckbox"], label) { position: static; }
@media (min-width: 641px) { [class*="st-key-model-card-"] { min-height: 222px; } }
@media (max-width: 640px) { [class*="st-key-model-idea-"] { display: none; } }
"""
_COLOURS = "".join(
    f".st-key-model-card-{name} {{ border-top: 4px solid {colour}; }}\n"
    f".st-key-model-card-{name}:has(input:checked) {{ outline: 3px solid {colour}; outline-offset: -1px; }}\n"
    for name, colour in MODEL_COLOURS.items()
)


def choose_models() -> tuple[list[str], dict[str, DeltaGenerator]]:
    """Draw the cards.

    Returns:
        The models that are ticked, and {model: the place in its card for what it would be trained with}.
    """
    _follow_address()
    places = {}
    apply_styles(_RULES + _COLOURS)
    cells = page.row(len(MODELS), 210)
    for (name, spec), cell in zip(MODELS.items(), cells, strict=True):
        with cell, st.container(border=True, gap="xsmall", key=f"model-card-{name}"):
            st.checkbox(f"**{name}** · {spec.step}", key=_key(name), on_change=_keep_in_address)
            st.container(key=f"model-idea-{name}").markdown(spec.idea)
            places[name] = st.container(gap="xsmall")
    return [name for name in MODELS if st.session_state[_key(name)]], places


def select_models(names: list[str]) -> None:
    """Tick these models and no others, the next time that the cards are drawn."""
    for name in MODELS:
        st.session_state[_key(name)] = name in names
    _keep_in_address()


def _key(name: str) -> str:
    return f"tick-{name}"


def _follow_address() -> None:
    """Tick what the address names, at first and whenever it changed otherwise than by a click on a card."""
    address = st.query_params.get_all(PARAM)
    if st.session_state.get(DRAWN) == address and all(_key(name) in st.session_state for name in MODELS):
        return
    named = [name for name in address if name in MODELS]
    chosen = named if named or address == [""] else [DEFAULT]
    for name in MODELS:
        st.session_state[_key(name)] = name in chosen
    st.session_state[DRAWN] = address


def _keep_in_address() -> None:
    chosen = [name for name in MODELS if st.session_state[_key(name)]]
    if chosen == [DEFAULT]:
        st.query_params.pop(PARAM, None)
    else:
        st.query_params[PARAM] = chosen or ""
    st.session_state[DRAWN] = st.query_params.get_all(PARAM)
