"""The downloads of a training, or of the reference course, as a notebook in plain Keras; made when pressed."""

from collections.abc import Callable

import streamlit as st

from catdog.comparison import label_runs
from catdog.export.notebook import render_notebook, render_reference_course, render_script
from catdog.runs import Run
from pages.components import state

MIME = "application/x-ipynb+json"
ICON = ":material/menu_book:"
_WHAT = (
    "The same training in plain Keras, step by step: same photos, split, settings and seed, with this run's results to "
    "compare. It runs on Colab, without this dashboard."
)


def draw_notebook_download(run: Run) -> None:
    """Draw the button that opens the choice of notebook or script, for a run that has trained to its end."""
    settings, names = state.settings(), label_runs([run])
    with st.popover("Download as notebook", icon=ICON, key=f"notebook-{run.id}"):
        st.caption(_WHAT)
        with st.container(horizontal=True):
            _button("Notebook (.ipynb)", lambda: render_notebook([run], names, settings), f"{run.id}.ipynb", MIME)
            _button(
                "Python script (.py)", lambda: render_script([run], names, settings), f"{run.id}.py", "text/x-python"
            )


def draw_course_download() -> None:
    """Draw the small button that downloads the reference course itself as a notebook."""
    _button(
        "Download the reference course as a notebook",
        render_reference_course,
        "reference-course.ipynb",
        MIME,
        kind="tertiary",
        explanation="Its six steps in plain Keras, for Jupyter and Colab.",
    )


def _button(
    label: str,
    make: Callable[[], bytes],
    file_name: str,
    mime: str,
    kind: str = "secondary",
    explanation: str | None = None,
) -> None:
    st.download_button(
        label,
        make,
        file_name,
        mime,
        key=f"download-{file_name}",
        on_click="ignore",
        icon=ICON,
        type=kind,
        help=explanation,
    )
