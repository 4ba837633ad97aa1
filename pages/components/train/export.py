"""Export a run's model: a zip in the chosen format, made by a process of its own in the background."""

import streamlit as st

from catdog.errors import CatDogError
from catdog.export import FORMATS, download_name, export_run, find_export
from catdog.runs import Run
from catdog.utils.text import format_size
from pages.components import access, jobs, markdown, state


def draw_export(run: Run) -> None:
    """Draw the button that opens the choice of formats, for a run that has trained to its end."""
    with st.popover("Download the model", icon=":material/ios_share:", key=f"export-{run.id}"):
        name = st.selectbox(
            "Format", list(FORMATS), format_func=lambda name: FORMATS[name].title, key=f"format-{run.id}"
        )
        export_format = FORMATS[name]
        st.caption(
            f"{export_format.good_for[:1].upper()}{export_format.good_for[1:]}. The zip also has a card that says "
            "what the model can and can't do, and a short script that classifies images with it."
        )
        if find_export(run, export_format, state.settings().cache) is None and access.button(
            "Make the file", key=f"make-{run.id}", type="primary", icon=":material/deployed_code:"
        ):
            _make_export(run, name)
        path = find_export(run, export_format, state.settings().cache)
        if path is not None:
            st.download_button(
                f"Download, {format_size(path.stat().st_size)}",
                path.read_bytes,
                download_name(run, export_format),
                "application/zip",
                key=f"take-{run.id}",
                on_click="ignore",
                icon=":material/download:",
            )


def _make_export(run: Run, name: str) -> None:
    """Make the file in the server's background, which goes on if the page is left, and wait for it behind a bar."""
    access.require_member()
    settings = state.settings()
    job = state.jobs().start(("export", run.id, name), lambda progress: export_run(run, name, settings, progress))
    jobs.wait_with_progress(job, 0.1, "Starting TensorFlow …")
    if isinstance(job.error, CatDogError):
        st.error(markdown.escape(str(job.error)), icon=":material/error:")
    elif job.error is not None:
        raise job.error
