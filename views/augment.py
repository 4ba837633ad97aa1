"""Play with augmentation: one picture beside its random flips and turns, made by the layers of a model."""

import gc
import secrets
from importlib import import_module

import numpy as np
import streamlit as st

from catdog.augment import Augmentation, augmented, rotation_of
from catdog.dataset import TRAINING, Dataset
from catdog.models import MODELS
from catdog.pictures import resize
from views import shared
from views.flips import FLIPS, flip_word
from views.moresettings import augmentation_in_form
from views.tiles import tile

SIDE = 240  # pixels; sharper on the screen than the 160 that models see, the layers work the same way
FIRST_ROLL = 5  # where the address has no number: one whose flips leave some copies as they are
START = MODELS["model2"].augmentation


def main() -> None:
    """Draw the page."""
    shared.opening(
        "Play with augmentation",
        "A flipped or tilted cat is still a cat, so each training picture can be shown in many ways. "
        "A model that never sees exactly the same picture twice can't learn pictures by heart: it has to learn "
        "what cats look like.",
    )
    dataset = shared.dataset()
    wanted, copies = _controls()
    row = _photo(dataset)
    picture = resize(dataset.picture(row), SIDE)
    _start_tensorflow()
    path = dataset.catalog.paths[row]
    roll = shared.number_in_address("roll")
    roll = FIRST_ROLL if roll is None else roll
    flips = Augmentation(flip=wanted.flip)
    turns = Augmentation(rotation=wanted.rotation)
    _series("Flips", flips, picture, path, copies, roll)
    _series("Turns", turns, picture, path, copies, roll)
    if flips != Augmentation() and turns != Augmentation():
        _series("Both, as in training", wanted, picture, path, copies, roll)
    _explanation()


def _controls() -> tuple[Augmentation, int]:
    """Draw the controls; return the augmentation that is wanted and how many copies."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("Set it")
            for name, recipe in MODELS.items():
                if recipe.augmentation != Augmentation():
                    st.button(
                        f"as {name}",
                        key=f"as-{name}",
                        on_click=_set,
                        args=(recipe.augmentation,),
                        help=f"{recipe.title}: {recipe.augmentation.words}.",
                    )
        left, middle, right = st.columns([4, 3, 3], gap="large")
        with left:
            flip = st.segmented_control(
                "Flip",
                list(FLIPS),
                default=flip_word(START),
                required=True,
                key="flip",
                bind="query-params",
                wrap=True,
            )
        with middle:
            degrees = st.slider(
                "Largest turn, either way",
                0,
                180,
                round(START.degrees),
                format="±%d°",
                key="turn",
                bind="query-params",
            )
        with right:
            copies = st.slider("Copies in a row", 1, 8, 4, key="copies", bind="query-params")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Roll again", on_click=shared.draw_number, args=("roll",), type="primary", icon=":material/casino:"
            )
            st.button("Another picture", on_click=_another_picture, icon=":material/shuffle:")
            wanted = Augmentation(FLIPS.get(flip, "none"), rotation_of(degrees))
            st.page_link(
                "views/train.py",
                label="Train with these settings",
                icon=":material/model_training:",
                query_params=augmentation_in_form(wanted),
            )
    return wanted, copies


def _set(augmentation: Augmentation) -> None:
    st.session_state["flip"] = flip_word(augmentation)
    st.session_state["turn"] = round(augmentation.degrees)


def _another_picture() -> None:
    catalog = shared.catalog()
    st.query_params["picture"] = catalog.paths[secrets.choice(catalog.indices(TRAINING).tolist())]


def _photo(dataset: Dataset) -> int:
    """Return the row of the picture that the address names; a fixed one where it names none of this data."""
    catalog = dataset.catalog
    wanted = st.query_params.get("picture")
    if wanted in catalog.paths:
        return catalog.paths.index(wanted)
    return int(np.random.default_rng(0).choice(catalog.indices(TRAINING)))


def _start_tensorflow() -> None:
    with st.spinner("Starting TensorFlow, which does the flips and turns. Only the first time takes seconds …"):
        _import_keras()


@st.cache_resource(show_spinner=False)
def _import_keras() -> None:
    import_module("keras.layers")
    # Streamlit collects garbage after every run of a page; TensorFlow's hundreds of thousands of lasting objects
    # would make that take half a second, so they are set apart.
    gc.freeze()


def _series(title: str, augmentation: Augmentation, picture: np.ndarray, path: str, copies: int, roll: int) -> None:
    """Show the picture and, beside it, copies of it that are changed at random."""
    st.subheader(title, anchor=False)
    if augmentation == Augmentation():
        st.caption("Switched off: every copy would look like the original.")
        return
    st.caption(f"Each copy is {augmentation.words}.")
    grid = st.grid(copies + 1 if copies < 5 else 5, min_column_width=96, gap="small")
    with grid.cell():
        st.image(tile(picture, SIDE, SIDE), width="stretch", alt=f"The original, {path}")
        st.caption("**original**")
    for number, copy in enumerate(_copies(picture, augmentation, copies, roll), start=1):
        with grid.cell():
            st.image(tile(copy, SIDE, SIDE), width="stretch", alt=f"Copy {number} of {path}, {augmentation.words}")
            st.caption(f"copy {number}" + (", by chance unchanged" if np.array_equal(copy, picture) else ""))


@st.cache_data(max_entries=100, show_spinner=False)
def _copies(picture: np.ndarray, augmentation: Augmentation, copies: int, roll: int) -> np.ndarray:
    return augmented(picture, augmentation, copies, roll)


def _explanation() -> None:
    st.header("What the models use", anchor=False)
    lines = [f"- **{name}** ({recipe.step}): {recipe.augmentation.words}" for name, recipe in MODELS.items()]
    st.markdown("\n".join(lines))
    st.markdown(
        "The flips and turns are layers at the front of the model. They work only while it learns: when you ask it "
        "for an answer, it sees the picture as it is. Corners that a turn leaves empty are filled with a mirror "
        "image of the picture. “Both” flips a picture along both axes at once or not at all, so that half of the "
        "copies stand on their heads."
    )


main()
