"""Play with augmentation: one picture beside versions of it, changed at random as in training."""

import secrets

import numpy as np
import streamlit as st

from catdog.augmentation.config import Augmentation
from catdog.augmentation.layers import write_keras_code
from catdog.augmentation.transforms import apply_transforms, preview_transforms
from catdog.datasets import TRAINING, Dataset
from catdog.images.decode import SUFFIXES, read_image, resize
from catdog.models.specs import MODELS
from pages.components import markdown, page, state
from pages.components.augment.predictions import choose_predictor, show_predictions
from pages.components.augmentation_form import draw_effects, effect_state, list_effect_faults
from pages.components.thumbnails import make_tile
from pages.components.train.advanced import augmentation_query
from pages.components.uploads import limit_upload

SIDE = 240  # pixels; sharper on the screen than the 160 that models see
FIRST_ROLL = 10  # where the address has no number: one whose flips leave some versions as they are
FEWEST, MOST, USUAL = 2, 24, 8  # versions
MEGABYTES = 30
START = MODELS["model2"].augmentation
PREVIEWS = {
    "the notebook's flips": Augmentation("horizontal_and_vertical"),
    "the notebook's turns": Augmentation(rotation=0.2),
}


def main() -> None:
    """Draw the page."""
    page.page_header(
        "Play with augmentation",
        "A flipped or tilted cat is still a cat, so each training picture can be shown in many ways. "
        "A model that never sees exactly the same picture twice can't learn pictures by heart: it has to learn "
        "what cats look like.",
    )
    dataset = state.dataset()
    _say_what_the_address_got_wrong(dataset)
    wanted, copies = _controls()
    with page.show_errors():
        _versions(*_picture(dataset), wanted, copies if wanted.active else 0)
    st.header("The same in Keras", anchor=False)
    st.markdown("The layers of these settings, to copy into a program of your own:")
    st.code(write_keras_code(wanted))
    _explanation()


def _controls() -> tuple[Augmentation, int]:
    """Draw the controls; return the augmentation that is wanted and how many versions."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("Set it as")
            for name, augmentation in PREVIEWS.items():
                what = f"The notebook's preview: one picture and 2 versions of it, {augmentation.description}."
                st.button(name, key=f"as-{name.split()[-1]}", on_click=_set, args=(augmentation, 2), help=what)
            for name, recipe in MODELS.items():
                if recipe.augmentation.active:
                    what = f"{recipe.title}: {recipe.augmentation.description}."
                    st.button(name, key=f"as-{name}", on_click=_set, args=(recipe.augmentation,), help=what)
        wanted = draw_effects(START)
        copies = st.slider("Versions", FEWEST, MOST, USUAL, key="copies", bind="query-params")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Roll again", on_click=state.randomize_param, args=("roll",), type="primary", icon=":material/casino:"
            )
            own = st.session_state.get("augment-upload") is not None
            st.button("Another picture", on_click=_another_picture, icon=":material/shuffle:", disabled=own)
            st.page_link(
                "train.py",
                label="Train with these settings",
                icon=":material/model_training:",
                query_params=augmentation_query(wanted),
            )
        with st.expander("A picture of your own", icon=":material/upload:"):
            most, none = limit_upload(MEGABYTES, "augment")
            st.file_uploader(
                "Your picture",
                type=list(SUFFIXES),
                key="augment-upload",
                max_upload_size=most,
                disabled=none and not own,
                help="It stays on this machine.",
                label_visibility="collapsed",
            )
    return wanted, copies


def _set(augmentation: Augmentation, copies: int | None = None) -> None:
    st.session_state.update(effect_state(augmentation))
    if copies:
        st.session_state["copies"] = copies


def _another_picture() -> None:
    catalog = state.catalog()
    st.query_params["picture"] = catalog.paths[secrets.choice(catalog.indices(TRAINING).tolist())]


def _say_what_the_address_got_wrong(dataset: Dataset) -> None:
    """Show one sentence for each value in the address that can't be used; the page passes those over."""
    asked, wrong = st.query_params, list_effect_faults()
    copies, picture = asked.get("copies", str(USUAL))[:40], asked.get("picture")
    if not (copies.isascii() and copies.isdigit() and FEWEST <= int(copies) <= MOST):
        wrong.append(f"The number of versions is {copies!r}, but must be from {FEWEST} to {MOST}.")
    if "roll" in asked and state.read_number_param("roll") is None:
        wrong.append(f"The seed is {asked['roll'][:40]!r}, but must be a whole number from 0 to 999,999.")
    if picture is not None and picture not in dataset.catalog.paths:
        wrong.append(f"The data in use has no picture {picture[:80]!r}: choose another picture.")
    if wrong:
        lines = [markdown.escape(line) for line in wrong]
        st.warning("  \n".join([*lines, "The page shows its own values instead."]), icon=":material/link_off:")


def _picture(dataset: Dataset) -> tuple[str, np.ndarray, np.ndarray]:
    """Return the name of the picture to show, as it is shown, uint8 (240, 240, 3), and as models see it, (160, 160, 3).

    It is the uploaded one, else the one that the address names, else always the same one of this data.
    """
    catalog, own = dataset.catalog, st.session_state.get("augment-upload")
    if own is not None:
        return own.name, *_uploaded(own.file_id, own.name, own)
    named = st.query_params.get("picture")
    if named in catalog.paths:
        row = catalog.paths.index(named)
    else:
        row = int(np.random.default_rng(0).choice(catalog.indices(TRAINING)))
    path = catalog.paths[row]
    return path, *_of_the_data(str(catalog.root / path), catalog.fingerprint, dataset, row)


@st.cache_data(max_entries=20, show_spinner=False)
def _uploaded(file_id: str, name: str, _file) -> tuple[np.ndarray, np.ndarray]:
    picture = read_image(_file.getvalue(), name)
    return resize(picture, SIDE), resize(picture)


@st.cache_data(max_entries=100, show_spinner=False)
def _of_the_data(path: str, fingerprint: str, _dataset: Dataset, row: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a picture in both sizes; path and fingerprint are the cache's key."""
    return resize(_dataset.image(row), SIDE), np.array(_dataset.pixels[row])


def _versions(name: str, picture: np.ndarray, seen: np.ndarray, wanted: Augmentation, copies: int) -> None:
    """Show the picture and, beside it, versions that are changed at random, with a trained model's answers."""
    roll = state.read_number_param("roll")
    roll = FIRST_ROLL if roll is None else roll
    if copies:
        st.subheader(f"{copies} versions of one picture", anchor=False)
        st.caption(f"Seed **{roll}**. Each version is {wanted.description}.")
    else:
        st.subheader("One picture", anchor=False)
        st.caption("All is switched off: every version would look like the original.")
    transforms = preview_transforms(wanted, copies, roll)
    words = [transforms.describe(number) for number in range(copies)]
    answerer = choose_predictor()
    sentence = st.empty()
    grid, places = st.grid(min(copies + 1, 5), min_column_width=110, gap="small"), []
    shown = zip(_tiles(picture, wanted, copies, roll), ["**original**", *words], strict=True)
    for number, (file, said) in enumerate(shown):
        with grid.cell(), st.container(gap="xxsmall"):
            alt = f"Version {number} of {name}: {said or 'as it was'}" if number else f"The original, {name}"
            st.image(file, width="stretch", alt=alt)
            st.caption(said or "by chance as it was")
            places.append(st.empty())
    if answerer:  # last, since asking a model takes longer than drawing the pictures
        versions = apply_transforms(np.repeat(seen[np.newaxis], copies, axis=0), transforms)
        show_predictions(*answerer, [seen, *versions], sentence, places)


@st.cache_data(max_entries=50, show_spinner=False)
def _tiles(picture: np.ndarray, wanted: Augmentation, copies: int, roll: int) -> list[bytes]:
    """Return the picture and its versions as picture files."""
    versions = apply_transforms(np.repeat(picture[np.newaxis], copies, axis=0), preview_transforms(wanted, copies, roll))
    return [make_tile(each, SIDE, SIDE) for each in (picture, *versions)]


def _explanation() -> None:
    st.header("What the models use", anchor=False)
    lines = [f"- **{name}** ({recipe.step}): {recipe.augmentation.description}" for name, recipe in MODELS.items()]
    st.markdown("\n".join(lines))
    st.markdown(
        "The versions above are made by the very function that changes the pictures of a training. The model that a "
        "training keeps has the same effects as Keras layers at its front; with the notebook's own arithmetic these "
        "layers do the training's work too. They act only while it learns: when you ask a model for an answer, it sees "
        "the picture as it is. The angle +30° turns to the left, −30° to the right. “Both” flips a picture along both "
        "axes at once or not at all, so that half of the versions stand on their heads."
    )


main()
