"""Photos of one's own: adding a zip, naming a folder of the server's disk, deleting a set that was added."""

import streamlit as st

from catdog.datasets import UserDataset, add_user_dataset, bytes_stored, list_user_datasets, resolve_folder
from catdog.errors import CatDogError
from catdog.runs import delete_dataset
from catdog.utils.text import format_size, join_names
from pages.components import access, jobs, markdown, page, state
from pages.components.jobs import Job
from pages.components.uploads import limit_upload

MEGABYTES = 2000
LOOKS = """\
fruit.zip
    apples/   1.jpg, 2.jpg …
    pears/    1.jpg, 2.jpg …"""
FIELD = "own-zip"
ADDING, WANTED = "adding-own", "data-wanted"


def draw_add_button() -> None:
    """Draw the button that opens the dialog about own photos."""
    if access.button("Add your own photos", icon=":material/add_photo_alternate:", width="stretch", key="own"):
        st.dialog("Your own photos", width="medium", icon=":material/add_photo_alternate:")(draw_dialog)()


def select_added_dataset() -> None:
    """Choose the set that this browser has just added; to be called before the choice of data is drawn.

    A dialog that was closed too early is no loss: the set comes in the background, and so does what went wrong.
    """
    job = _job()
    if job is not None and not job.active:
        _forget()
        if job.error is not None:
            st.error(markdown.escape(str(job.error)), icon=":material/error:")
        elif job.result.source in state.sources():
            st.session_state["data"] = job.result.source
            st.toast(f"{markdown.escape(job.result.name)} is in use now.", icon=":material/check_circle:")
    if WANTED in st.session_state:
        st.session_state["data"] = st.session_state.pop(WANTED)


def draw_dialog() -> None:
    """Draw what the dialog holds: a field for a zip, one for a folder where some may be named, and the added sets."""
    st.markdown(
        "Any two kinds of things will do. Put the pictures of each into a folder named after it, and zip the two "
        "folders. If you have split the pictures yourself, zip `train` and `validation`, with the two folders in each."
    )
    st.code(LOOKS, language=None)
    most, none = limit_upload(MEGABYTES, FIELD)
    with st.form("add-own", border=False):
        upload = st.file_uploader(
            "The zip",
            type=["zip"],
            max_upload_size=most,
            disabled=none,
            help="At most 2 GB and 50,000 pictures. The server holds the zip in its memory until it is unpacked.",
        )
        name = st.text_input("What to call it", max_chars=60, placeholder="like the zip")
        asked = st.form_submit_button("Add these photos", type="primary", icon=":material/add:")
    _say_what_is_stored()
    st.caption("JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF and HEIC. 20 of each kind is the least that makes sense.")
    if asked and upload is None:
        st.error("Choose a zip first.", icon=":material/error:")
    elif asked:
        access.require()
        _add(upload, name)
    if state.settings().folders:
        _folder()
    sets = list_user_datasets(state.settings())
    if sets:
        with st.expander("Sets that were added", icon=":material/folder_zip:"):
            for own in sets:
                _delete(own)


def _say_what_is_stored() -> None:
    """Say how much the person's sets take, where that is limited."""
    most, by = state.settings().limits.stored, access.person()
    if most:
        whose = "Your sets" if by else "All sets together"
        have = bytes_stored(state.settings(), by)
        taken = format_size(have) if have else "nothing"
        st.caption(f":material/person: {whose} take {taken} of the {format_size(most)} that they may take.")


def _add(upload, name: str) -> None:
    """Add the zip in the server's background and wait for it, behind a bar."""
    where, by, key = state.settings(), access.person(), (ADDING, upload.file_id)
    job = state.jobs().start(key, lambda progress: add_user_dataset(where, upload, name, progress, by))
    st.session_state[ADDING] = key
    jobs.wait_with_progress(job, 0, "Looking through the zip …")
    st.session_state.pop(f"megabytes-{FIELD}", None)  # less is left now
    if job.error is None:
        st.rerun()  # closes the dialog, and the set is chosen
    _forget()
    if not isinstance(job.error, CatDogError):
        raise job.error
    st.error(markdown.escape(str(job.error)), icon=":material/error:")


def _job() -> Job | None:
    key = st.session_state.get(ADDING)
    return None if key is None else state.jobs().find(key)


def _forget() -> None:
    state.jobs().forget(st.session_state.pop(ADDING))  # it holds the upload in memory


def _folder() -> None:
    """Draw the way to a folder of the server's disk."""
    with st.form("name-folder", border=False):
        text = st.text_input(
            "Or a folder on the server's disk",
            max_chars=500,
            help=f"In {markdown.escape(join_names([str(one) for one in state.settings().folders]))}.",
        )
        asked = st.form_submit_button("Use this folder", icon=":material/folder_open:")
    if asked:
        with page.show_errors():
            st.session_state[WANTED] = str(resolve_folder(state.settings(), text))
            st.rerun()


def _delete(own: UserDataset) -> None:
    """Draw one added set with its button for deleting, which asks first."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{markdown.escape(own.name)}**, {own.pictures:,} pictures")
        sure = st.checkbox("Delete it?", key=f"sure-{own.root.name}")
        if sure and st.button("Delete for good", key=f"delete-own-{own.root.name}", type="primary"):
            with page.show_errors():
                access.require()
                delete_dataset(state.settings(), own)
                st.rerun()
