"""What trained models answer on the pages: the models are kept ready for everyone who uses this server."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from catdog.errors import RunError
from catdog.inference.pool import PredictorPool, TimedProbability
from catdog.runs import Run
from catdog.utils.progress import Progress, silent
from pages.components import markdown


@st.cache_resource(show_spinner=False)
def predictors() -> PredictorPool:
    """Return the models that are kept ready, the same for every browser."""
    return PredictorPool()


def predict(run: Run, images: Sequence[np.ndarray], progress: Progress = silent) -> list[TimedProbability] | None:
    """Return the run's prediction for each image, uint8 (160, 160, 3).

    Where it can't predict, the page says so and None is returned.
    """
    try:
        return predictors().predict(run.files.tflite, run.name, images, progress)
    except RunError as error:
        st.error(markdown.escape(str(error)), icon=":material/error:")
    return None


def class_names(run: Run) -> tuple[str, str]:
    """Return the names of the two classes that a run learned to tell apart."""
    names = run.details.get("data", {}).get("classes")
    return (str(names[0]), str(names[1])) if isinstance(names, list) and len(names) == 2 else ("cats", "dogs")
