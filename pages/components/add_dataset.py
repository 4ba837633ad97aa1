"""A user's own photos: add a zip, name a folder of the server's disk, delete a dataset that was added."""

from functools import partial

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from catdog.datasets import UserDataset, add_user_dataset, bytes_stored, list_user_datasets, resolve_folder
from catdog.datasets.sources import check_agreed
from catdog.errors import CatDogError, UnconfirmedClassesError
from catdog.runs import delete_dataset
from catdog.utils.text import format_size, join_names
from pages.components import access, jobs, markdown, page, state
from pages.components.jobs import Job
from pages.components.uploads import choose_code_page, limit_upload

MEGABYTES = 2000
EXAMPLE = """\
fruit.zip
    apples/   1.jpg, 2.jpg …
    pears/    1.jpg, 2.jpg …"""
FIELD = "own-zip"
ADDING, WANTED = "adding-own", "data-wanted"
DELETION = "own-deletion"  # the session's key of how the last deletion ended: a sentence, "" if it went well
OFFERED = "classes-offered"  # of which file or folder the user was shown the classes that its file names say


def draw_add_button() -> None:
    """Draw the button that opens the dialog."""
    if access.button("Add your own photos", icon=":material/add_photo_alternate:", width="stretch", key="own"):
        st.dialog("Your own photos", width="medium", icon=":material/add_photo_alternate:")(draw_dialog)()


def select_added_dataset() -> None:
    """Choose the dataset that this browser has just added; call this before the choice of data is drawn.

    A dialog that was closed too early loses nothing: the dataset is added in the background, and if that fails, the
    next page says why.
    """
    job = _find_job()
    if job is not None and not job.active:
        _forget_job()
        if job.error is not None:
            again = " Add the zip again to agree." if isinstance(job.error, UnconfirmedClassesError) else ""
            st.error(markdown.escape(f"{job.error}{again}"), icon=":material/error:")
        elif job.result.source in state.sources():
            st.session_state["data"] = job.result.source
            st.toast(f"{markdown.escape(job.result.name)} is in use now.", icon=":material/check_circle:")
    if WANTED in st.session_state:
        st.session_state["data"] = st.session_state.pop(WANTED)


def draw_dialog() -> None:
    """Draw what the dialog holds: a field for a zip, one for a folder where folders are listed, the added datasets."""
    st.markdown(
        "Any two classes will do. Put the images of each class into a folder named after it, and zip the two folders. "
        "If you have split the images yourself, zip `train`, `validation` and, if you have one, `test`, with the two "
        "folders in each."
    )
    st.code(EXAMPLE, language=None)
    limit, exhausted = limit_upload(MEGABYTES, FIELD)
    with st.form("add-own", border=False):
        upload = st.file_uploader(
            "Zip file",
            type=["zip"],
            max_upload_size=limit,
            disabled=exhausted,
            help="At most 2 GB and 50,000 images. The server holds the zip in its memory until it is unpacked.",
        )
        name = st.text_input("Name", max_chars=60, placeholder="same as the zip")
        with st.expander("Do file and folder names look wrong?", icon=":material/translate:"):
            code_page = choose_code_page("Code page of the names in an old zip", "own-code-page")
        submitted = st.form_submit_button("Add these photos", type="primary", icon=":material/add:")
    _show_quota()
    st.caption("JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC, at least 20 images of each class.")
    if submitted and upload is None:
        st.error("Choose a zip first.", icon=":material/error:")
    elif submitted:
        _add(upload, name, code_page)
    if upload is not None and _is_agreed(upload.file_id):
        _add(upload, name, code_page, by_name=True)
    if state.settings().folders:
        _draw_folder_field()
    _finish_deletion()
    user_datasets = list_user_datasets(state.settings())
    if user_datasets:
        with st.expander("Added datasets", icon=":material/folder_zip:"):
            for user_dataset in user_datasets:
                _draw_deletion(user_dataset)


def _show_quota() -> None:
    """Say how much of the disk the person's datasets take, where that is limited."""
    limit, by = state.settings().limits.stored, access.person()
    if limit:
        whose = "Your datasets" if by else "All datasets together"
        stored = bytes_stored(state.settings(), by)
        taken = format_size(stored) if stored else "nothing"
        st.caption(f":material/person: {whose} take {taken} of the {format_size(limit)} allowed.")


def _is_agreed(what: str) -> bool:
    """Show the classes that the file names of a zip or folder say, if there are such; return whether they are taken."""
    offered, sentence = st.session_state.get(OFFERED, ("", ""))
    if offered != what:
        return False
    st.info(markdown.escape(sentence), icon=":material/help:")
    return st.button("Use these two classes", key=f"agree-{what}", icon=":material/check:")


def _add(upload: UploadedFile, name: str, code_page: str, by_name: bool = False) -> None:
    """Add the zip in the server's background and wait for it, behind a bar."""
    by = access.require_member()
    settings, key = state.settings(), (ADDING, upload.file_id)
    work = partial(add_user_dataset, settings, upload, name, by=by, code_page=code_page, by_name=by_name)
    job = state.jobs().start(key, lambda progress: work(progress=progress))
    st.session_state[ADDING] = key
    jobs.wait_with_progress(job, 0, "Reading the zip …")
    st.session_state.pop(f"megabytes-{FIELD}", None)  # less is left now
    if job.error is None:
        st.rerun()  # closes the dialog, and the dataset is chosen
    _forget_job()
    if not isinstance(job.error, CatDogError):
        raise job.error
    if isinstance(job.error, UnconfirmedClassesError):
        st.session_state[OFFERED] = (upload.file_id, str(job.error))
        return
    st.error(markdown.escape(str(job.error)), icon=":material/error:")


def _find_job() -> Job | None:
    """Return the work that this browser has started, or None."""
    key = st.session_state.get(ADDING)
    return None if key is None else state.jobs().find(key)


def _forget_job() -> None:
    state.jobs().forget(st.session_state.pop(ADDING))  # it holds the upload in memory


def _draw_folder_field() -> None:
    """Draw the field for the path of a folder of the server's disk."""
    with st.form("name-folder", border=False):
        text = st.text_input(
            "Or a folder on the server's disk",
            max_chars=500,
            help=f"In {markdown.escape(join_names([str(folder) for folder in state.settings().folders]))}.",
        )
        submitted = st.form_submit_button("Use this folder", icon=":material/folder_open:")
    with page.show_errors():
        folder = resolve_folder(state.settings(), text) if submitted else None
        if folder is not None:
            try:
                check_agreed(folder)
            except UnconfirmedClassesError as offer:
                st.session_state[OFFERED] = (str(folder), str(offer))
                folder = None
        offered = st.session_state.get(OFFERED, ("", ""))[0]
        if folder is None and offered.startswith("/") and _is_agreed(offered):
            folder = resolve_folder(state.settings(), offered)
        if folder is not None:
            st.session_state[WANTED] = str(folder)
            st.rerun()


def _draw_deletion(user_dataset: UserDataset) -> None:
    """Draw one added dataset with a checkbox and, once that is ticked, the button that deletes it."""
    key = f"{user_dataset.root.name}-{user_dataset.fingerprint[:8]}"  # another set of this name has not been ticked
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{markdown.escape(user_dataset.name)}**, {user_dataset.images:,} images")
        confirmed = st.checkbox("Delete it?", key=f"sure-{key}")
        if confirmed:
            access.button(
                "Delete for good",
                owned=user_dataset.owned,
                key=f"delete-own-{key}",
                type="primary",
                on_click=_delete,
                args=(user_dataset,),
            )


def _finish_deletion() -> None:
    """After a click on such a button, close the dialog, or say why the set could not be deleted."""
    problem = st.session_state.pop(DELETION, None)
    if problem:
        st.error(markdown.escape(problem), icon=":material/error:")
    elif problem is not None:
        st.rerun()


def _delete(user_dataset: UserDataset) -> None:
    """Delete the set that was shown; called before the dialog is drawn anew, which may show another one there."""
    try:
        access.perform(delete_dataset, user_dataset)
        st.session_state[DELETION] = ""
    except CatDogError as error:
        st.session_state[DELETION] = str(error)
