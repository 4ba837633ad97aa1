"""Play with augmentation: one image beside versions of it, transformed at random as in training."""

import secrets

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from catdog.augmentation.config import Augmentation
from catdog.augmentation.layers import write_keras_code
from catdog.augmentation.transforms import apply_transforms, preview_transforms
from catdog.datasets import TRAINING, Dataset
from catdog.images.decode import read_image, resize
from catdog.models.specs import MODELS
from catdog.training.features import describe_variants
from pages.components import page, state
from pages.components.augment.predictions import choose_predictor, show_predictions
from pages.components.augmentation_form import draw_effects, effect_state, list_effect_faults
from pages.components.thumbnails import make_tile
from pages.components.train.advanced import augmentation_query
from pages.components.uploads import limit_upload

SIDE = 240  # pixels; sharper on the screen than the 160 that models see
DEFAULT_SEED = 10  # its flips leave some versions as they are
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
        "A model that seldom sees exactly the same picture twice finds it harder to memorize pictures, and easier to "
        "learn what cats look like.",
    )
    dataset = state.dataset()
    page.warn_invalid_query_params(_list_query_faults(dataset))
    augmentation, copies = _draw_controls()
    with page.show_errors():
        _draw_versions(*_load_image(dataset), augmentation, copies if augmentation.active else 0)
    st.header("The same in Keras", anchor=False)
    st.markdown("The layers of these settings, to copy into a program of your own:")
    st.code(write_keras_code(augmentation))
    _explain()


def _draw_controls() -> tuple[Augmentation, int]:
    """Draw the controls; return the chosen augmentation and number of versions."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("Set it as")
            for name, preset in PREVIEWS.items():
                about = f"The notebook's preview: one picture and 2 versions of it, {preset.description}."
                st.button(name, key=f"as-{name.split()[-1]}", on_click=_apply, args=(preset, 2), help=about)
            for name, spec in MODELS.items():
                if spec.augmentation.active:
                    about = f"{spec.title}: {spec.augmentation.description}."
                    st.button(name, key=f"as-{name}", on_click=_apply, args=(spec.augmentation,), help=about)
        augmentation = draw_effects(START)
        copies = st.slider("Versions", FEWEST, MOST, USUAL, key="copies", bind="query-params")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Roll again", on_click=state.randomize_param, args=("roll",), type="primary", icon=":material/casino:"
            )
            uploaded = st.session_state.get("augment-upload") is not None
            st.button("Another picture", on_click=_choose_another_image, icon=":material/shuffle:", disabled=uploaded)
            st.page_link(
                "train.py",
                label="Train with these settings",
                icon=":material/model_training:",
                query_params=augmentation_query(augmentation),
            )
        with st.expander("A picture of your own", icon=":material/upload:"):
            limit, exhausted = limit_upload(MEGABYTES, "augment")
            st.file_uploader(
                "Your picture",
                key="augment-upload",
                max_upload_size=limit,
                disabled=exhausted and not uploaded,
                help="It stays on this machine.",
                label_visibility="collapsed",
            )
    return augmentation, copies


def _apply(augmentation: Augmentation, copies: int | None = None) -> None:
    st.session_state.update(effect_state(augmentation))
    if copies:
        st.session_state["copies"] = copies


def _choose_another_image() -> None:
    catalog = state.catalog()
    st.query_params["picture"] = catalog.paths[secrets.choice(catalog.indices(TRAINING).tolist())]


def _list_query_faults(dataset: Dataset) -> list[str]:
    """Return a sentence for each query parameter that can't be used; the page passes those over."""
    params, faults = st.query_params, list_effect_faults()
    copies, path = params.get("copies", str(USUAL))[:40], params.get("picture")
    if not (copies.isascii() and copies.isdigit() and FEWEST <= int(copies) <= MOST):
        faults.append(f"The number of versions is {copies!r}, but must be from {FEWEST} to {MOST}.")
    if "roll" in params and state.read_number_param("roll") is None:
        faults.append(f"The seed is {params['roll'][:40]!r}, but must be a whole number from 0 to 999,999.")
    if path is not None and path not in dataset.catalog.paths:
        faults.append(f"The data in use has no picture {path[:80]!r}: choose another picture.")
    return faults


def _load_image(dataset: Dataset) -> tuple[str, np.ndarray, np.ndarray]:
    """Load the uploaded image, else the one that the address names, else always the same one of this data.

    Returns:
        Its name, the image as it is shown, uint8 (240, 240, 3), and as models see it, uint8 (160, 160, 3).
    """
    catalog, upload = dataset.catalog, st.session_state.get("augment-upload")
    if upload is not None:
        return upload.name, *_read_upload(upload.file_id, upload.name, upload)
    path = st.query_params.get("picture")
    if path in catalog.paths:
        row = catalog.paths.index(path)
    else:
        row = int(np.random.default_rng(0).choice(catalog.indices(TRAINING)))
        path = catalog.paths[row]
    return path, *_read_from_dataset(str(catalog.root / path), catalog.fingerprint, dataset, row)


@st.cache_data(max_entries=20, show_spinner=False)
def _read_upload(file_id: str, name: str, _upload: UploadedFile) -> tuple[np.ndarray, np.ndarray]:
    image = read_image(_upload.getvalue(), name)
    return resize(image, SIDE), resize(image)


@st.cache_data(max_entries=100, show_spinner=False)
def _read_from_dataset(path: str, fingerprint: str, _dataset: Dataset, row: int) -> tuple[np.ndarray, np.ndarray]:
    """Return an image in both sizes; path and fingerprint are the cache's key."""
    return resize(_dataset.image(row), SIDE), _dataset.pixels[row]


def _draw_versions(name: str, image: np.ndarray, seen: np.ndarray, augmentation: Augmentation, copies: int) -> None:
    """Draw the image beside versions of it, transformed at random, with a trained model's prediction for each."""
    seed = state.read_number_param("roll")
    seed = DEFAULT_SEED if seed is None else seed
    if copies:
        st.subheader(f"{copies} versions of one picture", anchor=False)
        st.caption(f"Seed **{seed}**. Each version is {augmentation.description}.")
    else:
        st.subheader("One picture", anchor=False)
        st.caption("All is switched off: every version would look like the original.")
    transforms = preview_transforms(augmentation, copies, seed)
    captions = ["**original**", *(transforms.describe(version) for version in range(copies))]
    predictor = choose_predictor()
    summary = st.empty()
    grid, spots = st.grid(min(copies + 1, 5), min_column_width=110, gap="small"), []
    for index, (file, caption) in enumerate(zip(_make_tiles(image, augmentation, copies, seed), captions, strict=True)):
        with grid.cell(), st.container(gap="xxsmall"):
            alt = f"Version {index} of {name}: {caption or 'as it was'}" if index else f"The original, {name}"
            st.image(file, width="stretch", alt=alt)
            st.caption(caption or "by chance as it was")
            spots.append(st.empty())
    if predictor:  # last, since a model takes longer than drawing the images
        versions = apply_transforms(np.repeat(seen[np.newaxis], copies, axis=0), transforms)
        show_predictions(*predictor, [seen, *versions], summary, spots)


@st.cache_data(max_entries=50, show_spinner=False)
def _make_tiles(image: np.ndarray, augmentation: Augmentation, copies: int, seed: int) -> list[bytes]:
    """Return tiles of the image and of its versions."""
    transforms = preview_transforms(augmentation, copies, seed)
    versions = apply_transforms(np.repeat(image[np.newaxis], copies, axis=0), transforms)
    return [make_tile(pixels, SIDE, SIDE) for pixels in (image, *versions)]


def _explain() -> None:
    st.header("What the models use", anchor=False)
    lines = [f"- **{name}** ({spec.step}): {spec.augmentation.description}" for name, spec in MODELS.items()]
    st.markdown("\n".join(lines))
    st.markdown(
        "The versions above are made by the very function that changes the pictures of a training. The model that a "
        "training keeps has the same effects as Keras layers at its front; with the notebook's own arithmetic these "
        "layers do the training's work too. They act only while it learns: when you ask a model for an answer, it sees "
        "the picture as it is. The angle +30° turns to the left, −30° to the right."
    )
    st.markdown(
        "“Both” flips a picture along both axes at once or not at all, as Keras 3 does it. That is a half turn: half "
        "of the versions stand on their heads, and no mirror image ever comes. Left-right alone makes mirror images."
    )
    st.markdown(
        f"model4 is trained on {describe_variants(MODELS['model4'].augmentation)} of each picture, drawn once, since "
        "what its frozen backbone computes of them is stored. The other models, and model4 with the notebook's own "
        "arithmetic, see a new version in each epoch."
    )


main()
