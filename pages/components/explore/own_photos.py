"""Photos of one's own on the Explore page: dropped in, described by the backbone, kept while the tab is open."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from catdog.errors import CatDogError
from catdog.features.store import extract_features
from catdog.images.decode import read_image, resize
from catdog.models.mobilenet import find_weights
from catdog.utils.text import one_line
from pages.components import markdown, state
from pages.components.thumbnails import make_tile
from pages.components.uploads import limit_upload

MEGABYTES = 30
MOST = 40  # photos of one's own at once
SIDE = 200  # pixels of a tile


@dataclass(frozen=True, eq=False)
class OwnPhoto:
    """A photo that somebody has dropped in.

    Attributes:
        name: Its file's name.
        tile: A JPEG of it.
        features: What the backbone sees in it, float32 (1280,).
        label: The class it was given, 0 or 1; None without one.
    """

    name: str
    tile: bytes
    features: np.ndarray
    label: int | None = None


def list_own(name: str) -> list[OwnPhoto]:
    """Return the photos that this browser tab has brought for one purpose."""
    return st.session_state.setdefault(f"own-{name}", [])


def forget_own(name: str) -> None:
    """Forget them."""
    st.session_state.pop(f"own-{name}", None)
    st.session_state.pop(f"own-{name}-problems", None)


def draw_field(label: str, name: str, given: int | None, several: bool) -> None:
    """Draw the field that takes photos, and say of each that can't be read why.

    Args:
        label: Of the field.
        name: The purpose of the photos.
        given: The class that they get, 0 or 1; None for none.
        several: Whether more than one can be kept; otherwise a new one takes the place of the last.
    """
    key = f"own-{name}-{st.session_state.get(f'own-{name}-taken', 0)}"
    limit, blocked = limit_upload(MEGABYTES, key)
    st.file_uploader(
        label,
        accept_multiple_files=True,
        max_upload_size=limit,
        disabled=blocked,
        key=key,
        on_change=_take,
        args=(key, name, given, several),
        help="Photos stay in this server's memory only, for as long as this tab is open.",
    )
    for problem in st.session_state.get(f"own-{name}-problems", ()):
        st.error(markdown.escape(problem), icon=":material/broken_image:")


def _take(key: str, name: str, given: int | None, several: bool) -> None:
    """Read what was dropped; the field is a new and empty one afterwards."""
    files = st.session_state.get(key) or []
    photos, problems = list_own(name) if several else [], []
    for file in files:
        try:
            if len(photos) >= MOST:
                problems.append(f"At most {MOST} photos of your own at once: the others were left out.")
                break
            photos.append(_read(file, given))
        except CatDogError as error:
            problems.append(str(error))
    st.session_state[f"own-{name}"] = photos if several else photos[-1:]
    st.session_state[f"own-{name}-problems"] = problems
    st.session_state[f"own-{name}-taken"] = st.session_state.get(f"own-{name}-taken", 0) + 1


def _read(file: UploadedFile, label: int | None) -> OwnPhoto:
    image = read_image(file.getvalue(), file.name)
    settings = state.settings()
    features = extract_features(resize(image)[np.newaxis], find_weights(settings).path, settings.cache)[0]
    return OwnPhoto(one_line(file.name) or "photo", make_tile(image, SIDE, SIDE, crop=True), features, label)
