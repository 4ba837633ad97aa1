"""Where a run looks in a picture, as a map over it, and what its first filters find there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from catdog.errors import RunError
from catdog.images.decode import SIZE
from catdog.inference import activations
from catdog.inference.occlusion import compute_occlusion, describe_activation, describe_occlusion, overlay_heatmap
from catdog.models.specs import MODELS
from catdog.runs import Run
from pages.components import markdown, page
from pages.components.predictions import predictors
from pages.components.run_picker import choose_one
from pages.components.thumbnails import make_tile

OPACITY = 0.6
OWN, HIDING = "what each place adds", "hiding places"  # the ways in which a map is made


@dataclass(frozen=True)
class Given:
    """A run's answer to a picture: its name and classes, and its probability of the second class, 0..1."""

    run: Run
    name: str
    classes: tuple[str, str]
    probability: float


def heat_map(pixels: np.ndarray, key: str, given: Sequence[Given]) -> None:
    """Draw where a run looks, over the picture as the models get it, and say what that does and does not show.

    pixels: uint8 (160, 160, 3). key: tells the picture from others. given: the runs to choose from, at first the first.
    """
    chosen = given[0].run.id
    if len(given) == 1:
        st.markdown("Where the model looks")
    else:
        chosen = choose_one("Where the model looks", {one.run.id: one.name for one in given}, "look")
    one = next(one for one in given if one.run.id == chosen)
    answer = int(one.probability > 0.5)
    way = _way() if MODELS[one.run.config.model].backbone else HIDING
    try:
        changed = one.run.files.tflite.stat().st_mtime_ns
        if way == OWN:
            heat = activations.compute_class_activation(
                _inside(str(one.run.folder), changed, key, pixels, one.run), answer
            )
        else:
            with st.spinner("Hiding one place after the other …"):
                heat = _heat(str(one.run.folder), changed, key, pixels, one.run)
    except (RunError, OSError):
        st.warning(
            f"{markdown.escape(one.name)} has no usable model file any more, so it can't show where it looks: train it "
            "again.",
            icon=":material/warning:",
        )
        return
    shown = st.container()
    opacity = st.slider("How much the map covers the picture", 0.0, 1.0, OPACITY, 0.05, format="percent", key="opacity")
    with shown:
        st.image(
            make_tile(overlay_heatmap(pixels, heat, opacity), 3 * SIZE, 3 * SIZE),
            width=3 * SIZE,
            alt=f"The same picture as the models get it, {SIZE} × {SIZE} pixels, under a map of where {one.name} looks",
        )
    words = describe_activation if way == OWN else describe_occlusion
    st.caption(markdown.escape(words(one.classes[answer], one.probability if answer else 1 - one.probability, heat)))
    with st.expander("What its first filters find", icon=":material/grain:"), page.show_errors():
        _filters(_inside(str(one.run.folder), changed, key, pixels, one.run), one.name)


def _way() -> str:
    """Let the reader choose how the map is made, where there are two ways."""
    chosen = st.segmented_control(
        "How it is found",
        (OWN, HIDING),
        default=OWN,
        required=True,
        key="how",
        bind="query-params",
        help="model4 adds up what it finds at each of 5 × 5 places, so what every place adds is known exactly. Hiding "
        "one place after the other works for any model.",
    )
    return chosen or OWN


def _filters(seen: activations.Activations, name: str) -> None:
    """Show the first convolution: what each of its filters finds in this picture."""
    number = len(seen.filters)
    st.image(
        activations.draw_filters(seen), width="stretch", alt=f"What each of the first {number} filters of {name} finds"
    )
    st.caption(
        f"The first layer looks at 3 × 3 pixels at a time. Each square is the answer of one of its {number} filters to "
        "the whole picture, bright where the filter finds its pattern: an edge, a colour, a texture. In the corner is "
        "the filter itself, nine weights for red, green and blue; grey means that a pixel counts nothing. A black "
        "square found nothing here."
    )


@st.cache_data(max_entries=200, show_spinner=False)
def _heat(folder: str, changed: int, key: str, _pixels: np.ndarray, _run: Run) -> np.ndarray:
    return compute_occlusion(predictors().get(_run.files.tflite, _run.name).predict, _pixels)


@st.cache_data(max_entries=20, show_spinner=False)
def _inside(folder: str, changed: int, key: str, _pixels: np.ndarray, _run: Run) -> activations.Activations:
    return activations.compute_activations(_run.files.tflite, _pixels)
