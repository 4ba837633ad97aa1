"""The sidebar that every page shares: which data is in use, and the way to the photos."""

import streamlit as st

from catdog.datasets import default_source, fetch_photos, photos_root
from catdog.errors import CatDogError
from pages.components import access, markdown, state
from pages.components.add_dataset import draw_add_button, select_added_dataset
from pages.components.jobs import Job

FETCH = "Fetch the photos (65 MB)"


def draw_sidebar() -> None:
    """Draw the choice of data, what it is, and the button that fetches the photos while they are missing."""
    _switch_once_fetched()
    select_added_dataset()
    offered = state.list_selectable()
    with st.sidebar:
        st.selectbox(
            "Data",
            offered,
            index=offered.index(default_source(state.settings())),
            key="data",
            bind="query-params",
            format_func=state.label_source,
            help="Which pictures all pages show and new runs learn from.",
        )
    try:
        opened = state.dataset()  # not in the sidebar: on a narrow screen its progress bar would be hidden
    except CatDogError:
        st.sidebar.caption(":material/error: This data can't be used; the page says why.")
    else:
        st.sidebar.caption(f"**{markdown.escape(opened.catalog.title)}**  \n{markdown.escape(opened.catalog.note)}")
    with st.sidebar:
        draw_fetch_button("sidebar")
        draw_add_button()
        access.draw_account()


def find_download() -> Job | None:
    """Return the download of the photos, active or ended, or None if nobody asked for it."""
    return state.jobs().find(("fetch", state.settings()))


def draw_fetch_button(place: str) -> None:
    """Show the button that fetches the photos or, while they come, how far they are; nothing afterwards.

    The download runs in the server's background; the panel looks at it twice a second, while it is active.
    place: tells several panels on one page apart.
    """
    if photos_root(state.settings()) is not None:
        return
    job = find_download()
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
        type="secondary" if place == "sidebar" else "primary",
        icon=":material/download:",
        width="stretch",
    )


def _fetch() -> None:
    if access.reason_denied():
        return  # the button that is switched off says why
    where = state.settings()
    state.jobs().start(("fetch", where), lambda progress: fetch_photos(where, progress))
    st.session_state["fetching"] = True


def _progress() -> None:
    job = find_download()
    if job is None or not job.active:
        st.rerun()  # it has just ended: the whole page shows how
    megabytes = f" … {job.done / 1e6:.0f}" + (f" of {job.total / 1e6:.0f} MB" if job.total else " MB")
    loading = job.what.startswith("downloading")  # what it counts then are bytes
    st.progress(job.share, text=job.what.capitalize() + megabytes if loading else job.text)


def _switch_once_fetched() -> None:
    """When the download that this browser watched has ended, choose the photos if they came."""
    job = find_download()
    if st.session_state.get("fetching") and (job is None or not job.active):
        st.session_state["fetching"] = False
        if "photos" in state.sources():
            st.session_state["data"] = "photos"
            st.toast("The photos are here.", icon=":material/check_circle:")
