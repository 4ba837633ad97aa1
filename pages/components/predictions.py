"""What trained models answer on the pages: the models are kept ready for everyone who uses this server."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from catdog.errors import RunError
from catdog.inference.pool import Predictors, Reply
from catdog.runs import Run
from catdog.utils.progress import Progress, silent
from pages.components import shared


@st.cache_resource(show_spinner=False)
def predictors() -> Predictors:
    """Return the models that are kept ready, the same for every browser."""
    return Predictors()


def replies(run: Run, pictures: Sequence[np.ndarray], progress: Progress = silent) -> list[Reply] | None:
    """Return the run's answer to each picture, uint8 (160, 160, 3).

    Where it can't answer this is said on the page, and None returned.
    """
    try:
        return predictors().ask(run, pictures, progress)
    except RunError as error:
        st.error(shared.plain(str(error)), icon=":material/error:")
    return None


def classes_of(run: Run) -> tuple[str, str]:
    """Return the names of the two classes that a run learned to tell apart."""
    names = run.details.get("data", {}).get("classes")
    return (str(names[0]), str(names[1])) if isinstance(names, list) and len(names) == 2 else ("cats", "dogs")
