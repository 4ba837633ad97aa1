"""Predictions of trained models on the pages: the models are kept loaded for everyone who uses this server."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from catdog.errors import RunError
from catdog.inference.pool import PredictorPool
from catdog.inference.prediction import Prediction
from catdog.runs import Run
from catdog.utils.progress import Progress, silent
from pages.components import markdown


@st.cache_resource(show_spinner=False)
def predictors() -> PredictorPool:
    """Return the models that are kept loaded, the same for every browser."""
    return PredictorPool()


def predict(run: Run, images: Sequence[np.ndarray], progress: Progress = silent) -> list[Prediction] | None:
    """Predict images with a run's model, and show an error if it can't.

    Args:
        run: A run with a trained model.
        images: uint8 (160, 160, 3) each, 0..255.
        progress: Told after each image.

    Returns:
        A prediction for each image, in order; None after an error.
    """
    try:
        return predictors().predict(run.files.tflite, run.name, class_names(run), images, progress)
    except RunError as error:
        st.error(markdown.escape(str(error)), icon=":material/error:")
    return None


def class_names(run: Run) -> tuple[str, str]:
    """Return the names of the two classes that a run was trained on; their numbers if it does not say."""
    return run.classes or ("class 0", "class 1")
