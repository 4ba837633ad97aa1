"""The sidebar that every page shares: the choice of data, getting the photos, the user's own data and account."""

from pathlib import Path

import streamlit as st

from catdog.datasets import default_source, fetch_photos, photos_root
from catdog.errors import CatDogError
from pages.components import access, markdown, state
from pages.components.add_dataset import draw_add_button, select_added_dataset
from pages.components.jobs import Job

LABELS = "data-labels"  # the session's key of what the data that were chosen are called, by source
FETCH = "Fetch the photos (65 MB)"


def draw_sidebar() -> None:
    """Draw the choice of data, a note on it, the buttons that get more data, and who has signed in."""
    _select_fetched_photos()
    select_added_dataset()
    sources = state.list_selectable()
    _note_vanished_data(sources)
    with st.sidebar:
        st.selectbox(
            "Data",
            sources,
            index=sources.index(default_source(state.settings())),
            key="data",
            bind="query-params",
            format_func=state.label_source,
            help="Which images all pages show and new runs learn from.",
        )
    st.session_state.setdefault(LABELS, {})[state.source()] = state.label_source(state.source())
    try:
        catalog = state.catalog()  # not in the sidebar: on a narrow screen its progress bar would be hidden
    except CatDogError:
        st.sidebar.caption(":material/error: This data can't be used; the page says why.")
    else:
        st.sidebar.caption(f"**{markdown.escape(catalog.title)}**  \n{markdown.escape(catalog.note)}")
    with st.sidebar:
        draw_fetch_button("sidebar")
        draw_add_button()
        access.draw_account()


def _note_vanished_data(sources: list[str]) -> None:
    """Say that chosen data are gone, such as a set that somebody has deleted, and what is shown instead."""
    chosen, named = st.session_state.get("data"), st.query_params.get("data")
    if chosen is not None and chosen not in sources:
        del st.session_state["data"]
        label = st.session_state.get(LABELS, {}).get(chosen, Path(chosen).name)
        problem = f"The data chosen here, {label}, are gone: they were deleted, moved or renamed."
    elif chosen is None and named and named not in map(state.label_source, sources):
        problem = f"The address asks for the data {named[:60]}, but nothing here has that name."
    else:
        return
    instead = state.describe_source(default_source(state.settings()))
    st.warning(f"{markdown.escape(problem)} All pages show the {instead} now.", icon=":material/warning:")


def draw_fetch_button(place: str) -> None:
    """Draw the button that fetches the photos or, meanwhile, how far the download is; nothing once they are there.

    The download runs in the server's background; while it is active, the page looks at it twice a second.

    Args:
        place: Where on the page the button stands, "sidebar" or another word, since a page may have several.
    """
    if photos_root(state.settings()) is not None:
        return
    job = _find_download()
    if job is not None and job.active:
        st.session_state["fetching"] = True
        st.fragment(_progress, run_every=0.5)()
        return
    if job is not None and job.error is not None:
        st.error(markdown.escape(str(job.error)), icon=":material/error:")
    access.button(
        FETCH,
        on_click=_fetch,
        key=f"fetch-{place}",
        icon=":material/download:",
        width="stretch",
    )


def _fetch() -> None:
    if access.reason_denied():
        return  # the button that is switched off says why
    settings = state.settings()
    state.jobs().start(("fetch", settings), lambda progress: fetch_photos(settings, progress))
    st.session_state["fetching"] = True


def _find_download() -> Job | None:
    """Return the download of the photos, active or ended, or None where nobody has started it."""
    return state.jobs().find(("fetch", state.settings()))


def _progress() -> None:
    job = _find_download()
    if job is None or not job.active:
        st.rerun()  # it has just ended: the whole page shows how
    megabytes = f" … {job.done / 1e6:.0f}" + (f" of {job.total / 1e6:.0f} MB" if job.total else " MB")
    counts_bytes = job.what.startswith("downloading")
    st.progress(job.share, text=job.what.capitalize() + megabytes if counts_bytes else job.text)


def _select_fetched_photos() -> None:
    """Choose the photos once the download that this browser watched has ended, if they came."""
    job = _find_download()
    if st.session_state.get("fetching") and (job is None or not job.active):
        st.session_state["fetching"] = False
        if "photos" in state.sources():
            st.session_state["data"] = "photos"
            st.toast("The photos are here.", icon=":material/check_circle:")
