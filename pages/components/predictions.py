"""Predictions of trained models on the pages: the models are kept loaded for everyone who uses this server."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from catdog.datasets import TEST
from catdog.errors import RunError
from catdog.evaluation import Band, compute_track_record
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


def get_track_record(run: Run) -> list[Band]:
    """Return how often a run's model was right on its test images when it was so confident; [] if it stored none."""
    try:
        changed = run.files.predictions.stat().st_mtime_ns
    except OSError:
        return []
    return _read_track_record(str(run.folder), changed, run)


@st.cache_data(max_entries=200, show_spinner=False)
def _read_track_record(folder: str, changed: int, _run: Run) -> list[Band]:
    try:
        return compute_track_record(_run.predictions().of_split(TEST))
    except RunError:  # damaged, which the page says elsewhere
        return []


def class_names(run: Run) -> tuple[str, str]:
    """Return the names of the two classes that a run was trained on; their numbers if it does not say."""
    return run.classes or ("class 0", "class 1")
