"""What trained models answer: their probabilities, kept so that the same picture is asked about once."""

import numpy as np
import streamlit as st

from catdog import inference
from catdog.errors import RunError
from catdog.runs import Run
from views import shared


def answers(run: Run, pictures: list[np.ndarray]) -> list[float] | None:
    """Return the run's probability of class 1 for each picture, uint8 (160, 160, 3).

    Where it can't answer this is said on the page, and None returned.
    """
    try:
        modified = run.files.tflite.stat().st_mtime_ns
        return [_answer(str(run.folder), modified, pixels, run) for pixels in pictures]
    except RunError as error:
        st.error(shared.plain(str(error)), icon=":material/error:")
    except OSError:
        st.error(f"The run {shared.plain(run.name)} has just been deleted.", icon=":material/error:")
    return None


def classes_of(run: Run) -> tuple[str, str]:
    """Return the names of the two classes that a run learned to tell apart."""
    names = run.details.get("data", {}).get("classes")
    return (str(names[0]), str(names[1])) if isinstance(names, list) and len(names) == 2 else ("cats", "dogs")


@st.cache_data(max_entries=5000, show_spinner=False)
def _answer(folder: str, modified: int, pixels: np.ndarray, _run: Run) -> float:
    return float(_predictor(folder, modified, _run).predict(pixels[np.newaxis])[0])


# One is kept: a model takes up to 170 MB, and reading it again takes some hundredths of a second.
@st.cache_resource(max_entries=1, show_spinner=False)
def _predictor(folder: str, modified: int, _run: Run) -> inference.Predictor:
    return inference.load_predictor(_run)
