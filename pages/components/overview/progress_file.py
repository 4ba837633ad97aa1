"""The learner's progress as a file, to be taken along to another browser, and the switch of the lesson strip."""

import json

import streamlit as st

from catdog.errors import DataError
from catdog.lessons.progress import Progress, from_json, to_json
from catdog.settings import MEGABYTE
from pages.components import access, learner, page
from pages.components.strip import is_put_away, show_strip
from pages.components.uploads import limit_upload

FOLDED, FIELD, LARGEST = "progress-along", "progress-file", 2  # MB
NAME = "cats-and-dogs-progress.json"


def draw_progress_file(progress: Progress) -> None:
    """Draw the switch of the strip, the download, and the field that takes a file.

    Args:
        progress: How far the learner is.
    """
    if is_put_away(progress):
        st.button("Show the lesson strip", on_click=show_strip, key="show-strip", icon=":material/visibility:")
    with st.expander("Take your progress along", icon=":material/move_down:", key=FOLDED, on_change="rerun") as folded:
        if folded.open:
            _draw_file(progress)


def _draw_file(progress: Progress) -> None:
    who = "your account" if access.person() else "this browser"
    st.markdown(f"Your progress is kept for {who}. The file carries it to another browser or server.")
    st.download_button(
        "Download your progress",
        lambda: json.dumps(to_json(progress), indent=1),
        NAME,
        "application/json",
        key="take-progress",
        on_click="ignore",
        icon=":material/download:",
        disabled=not progress.lessons,
    )
    limit, exhausted = limit_upload(LARGEST, FIELD)
    locked = bool(access.reason_denied())
    upload = st.file_uploader(
        "A progress file", type=["json"], key=FIELD, max_upload_size=limit, disabled=exhausted or locked
    )
    if access.button(
        "Use this progress",
        key="restore-progress",
        disabled=upload is None,
        help="It replaces the progress that this page shows now.",
        icon=":material/upload:",
    ):
        with page.show_errors():
            restored = _parse(upload.getvalue())
            learner.change_progress(lambda now: restored)
            st.rerun()


def _parse(content: bytes) -> Progress:
    """Return the progress in a file that anybody may have written.

    Raises:
        DataError: It holds none.
    """
    try:
        values = json.loads(content[: LARGEST * MEGABYTE + 1])
    except (ValueError, RecursionError) as error:
        raise DataError("This is no progress file: use a file that this dashboard has made.") from error
    return from_json(values)
