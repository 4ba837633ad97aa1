"""The images that a user has dropped, photographed or pasted, kept while the browser's tab is open."""

import io
import os
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from catdog.datasets.archive_images import read_archive_images
from catdog.errors import CatDogError, DataError, ImageError
from catdog.images.decode import read_image
from catdog.utils.memory import trim_memory
from catdog.utils.text import one_line
from pages.components import markdown, state
from pages.components.predict.image import SAMPLE, QueryImage, make_query_image
from pages.components.predict.layout import apply_layout
from pages.components.uploads import choose_code_page, limit_upload

MOST = 200
FEW = 3  # files that are read without saying how far that is
CODE_PAGE = "zip-code-page"  # the session's key of how names in zips are read
MEGABYTES = 200  # of one upload: a zip of images; images have limits of their own


@dataclass
class Inputs:
    """The images of one browser tab, and what went wrong with others.

    Attributes:
        images: Those of the last upload first.
        newest: How many images the last upload had.
        problems: A sentence for each file that can't be read.
        notes: Sentences on images that were left out.
        code_pages: Whether names in a zip were in an old code page.
    """

    images: list[QueryImage] = field(default_factory=list)
    newest: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    code_pages: bool = False

    def add(self, image: QueryImage) -> None:
        """Put an image behind the others of the same upload."""
        self.images.insert(self.newest, image)
        self.newest += 1


def get_inputs() -> Inputs:
    """Return the images of this browser tab."""
    return st.session_state.setdefault("inputs", Inputs())


def fill_inputs() -> DeltaGenerator:
    """Draw the ways to bring images, read what comes, and say of each file that is no image what it is.

    Returns:
        The row of buttons below the field, for more of them.
    """
    limit, blocked = limit_upload(MEGABYTES, _field_key("drop"))
    with st.container(key="drop-zone", gap=None):
        files = st.file_uploader(
            "Drop, choose or paste photos",
            accept_multiple_files=True,
            max_upload_size=limit,
            disabled=blocked,
            key=_field_key("drop"),
            on_change=_take_dropped,
            args=(_field_key("drop"),),
            help=f"Paste with Ctrl+V, on a Mac ⌘V. Up to {MOST} images at once, or a zip of them: "
            "JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC, 50 MB "
            "each. In a zip with a folder for each class, or with names such as cat.1.jpg, these names are taken as "
            "labels. Images stay in this server's memory only, for as long as this tab is open.",
        )
        st.components.v2.component("drop-zone", js=_read_script())(key="drop-listener")
    if files:
        _take(files)
        st.rerun()  # with empty fields
    inputs = get_inputs()
    anything = inputs.images or inputs.problems or state.read_number_param("sample") is not None
    apply_layout(bool(anything))
    row = st.container(horizontal=True, vertical_alignment="center", key="drop-buttons")
    with row:
        st.button(
            f"Try {SAMPLE} test photos",
            on_click=state.randomize_param,
            args=("sample",),
            type="secondary" if anything else "primary",
            icon=":material/casino:",
            help="Chosen at random from the test set, which no model learns from.",
        )
        if st.button("Use camera", icon=":material/photo_camera:"):
            st.dialog("Take a photo", icon=":material/photo_camera:")(_camera)()
        st.button("Clear", on_click=_clear, disabled=not anything, icon=":material/clear_all:")
    for problem in inputs.problems:
        st.error(markdown.escape(problem), icon=":material/broken_image:")
    for note in inputs.notes:
        st.warning(markdown.escape(note), icon=":material/info:")
    if inputs.code_pages:
        choose_code_page("If names look wrong, choose their code page and drop the zip again", CODE_PAGE)
    return row


@cache
def _read_script() -> str:
    return Path(__file__).with_name("drop.js").read_text(encoding="utf-8")


def _camera() -> None:
    photo = st.camera_input("Hold the cat or dog in front of the camera", key=_field_key("camera"))
    st.caption("Browsers allow the camera on the server's own machine, and elsewhere only over https.")
    if photo is not None:
        photo.name = "photo.jpg"
        _take([photo])
        st.rerun()  # closes the dialog


def _field_key(name: str) -> str:
    """Return the key of a field, which is a new and empty one each time that something was read."""
    return f"{name}-{st.session_state.get('taken', 0)}"


def _clear() -> None:
    st.session_state["inputs"] = Inputs()
    st.query_params.pop("sample", None)


def _take_dropped(key: str) -> None:
    """Read what was dropped before the page is drawn, which then need be drawn only once.

    To hand the files to the page, Streamlit would copy all of them. Files that are left since the page was changed
    meanwhile are read by the page itself.
    """
    if files := st.session_state.get(key):
        _take(files)


def _take(files: list) -> None:
    """Read one file after the other into the inputs; the fields are new and empty ones afterwards.

    A file's bytes are freed as soon as it is read; if the page is left meanwhile, the rest is read on return.
    """
    inputs = get_inputs()
    inputs.problems, inputs.notes, inputs.newest, inputs.code_pages = [], [], 0, False
    toast = _Toast()
    for done, file in enumerate(files):
        if len(inputs.images) >= MOST:
            over = len(files) - done
            inputs.notes.append(f"At most {MOST} images at once, so {over} were left out. Clear the others first.")
            break
        try:
            if _is_zip(file):
                _take_zip(file, inputs, toast)
            else:
                inputs.add(_read(file.getvalue(), file.name))
        except CatDogError as error:
            inputs.problems.append(str(error))
        _free_upload(file)
        if len(files) > FEW:
            toast.show(f"Reading the images: {done + 1} of {len(files)}")
    for file in files:
        _free_upload(file)
    if toast.shown:
        toast.end(f"{inputs.newest} images are here.")
        trim_memory()  # of hundreds of megabytes of photos
    st.session_state["taken"] = st.session_state.get("taken", 0) + 1


class _Toast:
    """How far reading is, in a corner: a bar above the page, which is not drawn yet, would push its title away."""

    def __init__(self) -> None:
        self._element: DeltaGenerator | None = None

    @property
    def shown(self) -> bool:
        return self._element is not None

    def show(self, text: str) -> None:
        self._element = (self._element or st).toast(text, icon=":material/hourglass_top:", duration="infinite")

    def end(self, text: str) -> None:
        (self._element or st).toast(text, icon=":material/check_circle:", duration="short")


def _is_zip(file) -> bool:
    start = file.read(4)
    file.seek(0)
    return start == b"PK\x03\x04" or file.name.lower().endswith(".zip")


def _take_zip(file, inputs: Inputs, toast: _Toast) -> None:
    free = MOST - len(inputs.images)
    taken, total = 0, 0
    notes: list[str] = []
    code_page = st.session_state.get(CODE_PAGE, "")
    toast.show("Reading the zip")
    try:
        for member, total in read_archive_images(io.BytesIO(file.getvalue()), free, notes.append, code_page):
            try:
                inputs.add(_read(member.data, member.name, member.label or None))
            except ImageError as error:
                inputs.problems.append(str(error))
            taken += 1
            toast.show(f"Reading the zip: {taken} of {min(free, total)} images")
    except DataError as error:
        raise DataError(f"{file.name}: {error}") from error
    finally:
        inputs.notes += [f"{file.name}: {note}" for note in notes]
        inputs.code_pages = inputs.code_pages or any("code page" in note for note in notes)
    if total > taken:
        inputs.notes.append(
            f"{file.name} has {total:,} images, and at most {MOST} fit at once: {taken} were taken, evenly from all "
            "its folders."
        )


def _read(data: bytes, name: str, label: str | None = None) -> QueryImage:
    with _readers():
        return make_query_image(one_line(name) or "image", read_image(data, name), label)


@st.cache_resource(show_spinner=False)
def _readers() -> threading.Semaphore:
    """Return what keeps more images than processors from being decoded at once: a large one takes 450 MB."""
    return threading.Semaphore(os.cpu_count() or 1)


def _free_upload(file) -> None:
    """Free an upload's memory now; Streamlit itself does so only when the tab is closed."""
    context = get_script_run_ctx()
    remove = getattr(context.uploaded_file_mgr, "remove_file", None) if context else None
    if remove is not None:
        remove(session_id=context.session_id, file_id=file.file_id)
        file.close()  # Streamlit remembers the file itself until the page has run to its end
