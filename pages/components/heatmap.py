"""Where a run's model looks in an image, as a heatmap over it, and what its first filters find there."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from catdog.errors import RunError
from catdog.images.decode import SIZE
from catdog.inference import activations
from catdog.inference.occlusion import (
    FAINT,
    FAINT_LOGIT,
    compute_occlusion,
    describe_activation,
    describe_occlusion,
    overlay_heatmap,
)
from catdog.inference.prediction import Prediction
from catdog.models.specs import MODELS
from catdog.runs import Run
from catdog.utils.class_names import find_class
from pages.components import markdown, page
from pages.components.predictions import class_names, predictors
from pages.components.run_picker import choose_run
from pages.components.thumbnails import make_tile

OPACITY = 0.6
OWN, HIDING = "class activation", "occlusion"  # the methods by which a map is made


def show_heatmap(
    pixels: np.ndarray, key: str, runs: Sequence[Run], names: Mapping[str, str], predictions: Sequence[Prediction]
) -> None:
    """Draw where a run's model looks, and say what the map does and does not show.

    Args:
        pixels: The image as the models get it, uint8 (160, 160, 3), 0..255.
        key: Tells the image from others.
        runs: Those to choose from; the first is chosen at first.
        names: {run id: what the page calls the run}.
        predictions: Each run's prediction for the image.
    """
    chosen = runs[0].id
    if len(runs) == 1:
        st.markdown("Where the model looks")
    else:
        chosen = choose_run("Where the model looks", {run.id: names[run.id] for run in runs}, "look")
    run, prediction = next(
        (run, prediction) for run, prediction in zip(runs, predictions, strict=True) if run.id == chosen
    )
    name = names[run.id]
    method = _choose_method() if MODELS[run.config.model].backbone else HIDING
    try:
        changed = run.files.tflite.stat().st_mtime_ns
        if method == OWN:
            # the prediction may name the classes as another run does, and in the other order
            label = find_class(prediction.label, class_names(run)) or 0
            heatmap = activations.compute_class_activation(
                _activations(str(run.folder), changed, key, pixels, run), label
            )
        else:
            with st.spinner("Covering one place after another …"):
                heatmap = _occlusion(str(run.folder), changed, key, pixels, run)
    except RunError as error:
        st.warning(markdown.escape(str(error)), icon=":material/warning:")
        return
    except OSError:
        st.warning(
            f"The model file of {markdown.escape(name)} is missing, so there is no heatmap. Train the model again.",
            icon=":material/warning:",
        )
        return
    faint = FAINT_LOGIT if method == OWN else FAINT
    place = st.container()
    opacity = st.slider("Opacity of the heatmap", 0.0, 1.0, OPACITY, 0.05, format="percent", key="opacity")
    with place:
        st.image(
            make_tile(overlay_heatmap(pixels, heatmap, opacity, faint), 3 * SIZE, 3 * SIZE),
            width=3 * SIZE,
            alt=f"The image as the models see it, {SIZE} × {SIZE} pixels, under a heatmap of where {name} looks",
        )
    describe = describe_activation if method == OWN else describe_occlusion
    st.caption(markdown.escape(describe(prediction.label, prediction.confidence, heatmap)))
    with st.expander("What the first filters find", icon=":material/grain:"), page.show_errors():
        _filters(_activations(str(run.folder), changed, key, pixels, run), name)


def _choose_method() -> str:
    """Let the reader choose how the map is made, for models that allow both methods."""
    method = st.segmented_control(
        "Method",
        (OWN, HIDING),
        default=OWN,
        required=True,
        key="how",
        bind="query-params",
        help="Class activation: model4 adds up what it finds at each of 5 × 5 places, so each value is exact. "
        "Occlusion: one place after another is covered, and the map shows how much the confidence drops.",
    )
    return method or OWN


def _filters(computed: activations.Activations, name: str) -> None:
    """Show the first convolution: what each of its filters finds in this image."""
    count = len(computed.filters)
    st.image(
        activations.draw_filters(computed),
        width="stretch",
        alt=f"What each of the first {count} filters of {name} finds",
    )
    st.caption(
        f"The first layer looks at 3 × 3 pixels at a time. Each square shows the output of one of its {count} filters: "
        "bright where it finds its pattern, such as an edge, a colour or a texture. The filter is in the corner, "
        "nine weights for red, green and blue; grey is zero."
    )


@st.cache_data(max_entries=200, show_spinner=False)
def _occlusion(folder: str, changed: int, key: str, _pixels: np.ndarray, _run: Run) -> np.ndarray:
    return compute_occlusion(predictors().get(_run.files.tflite, _run.name).predict, _pixels)


@st.cache_data(max_entries=20, show_spinner=False)
def _activations(folder: str, changed: int, key: str, _pixels: np.ndarray, _run: Run) -> activations.Activations:
    return activations.compute_activations(_run.files.tflite, _pixels)
