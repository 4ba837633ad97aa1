"""Augment: one photo, the strongest version of it, and versions transformed at random as in training."""

import secrets

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from catdog.augmentation.config import Augmentation
from catdog.augmentation.layers import write_keras_code
from catdog.augmentation.transforms import apply_transforms, preview_transforms, strongest_transforms
from catdog.datasets import TRAINING, Dataset
from catdog.images.decode import read_image, resize
from catdog.models.specs import MODELS
from catdog.training.features import describe_variants
from pages.components import page, state
from pages.components.augment.layout import LAYOUT
from pages.components.augment.live import draw_live
from pages.components.augment.predictions import choose_predictor, show_predictions
from pages.components.augment.presets import draw_presets
from pages.components.augmentation_form import draw_effects, list_effect_faults
from pages.components.styles import apply_styles
from pages.components.thumbnails import encode_png, make_tile
from pages.components.train.advanced import augmentation_query
from pages.components.uploads import limit_upload

SIDE = 320  # pixels; sharper on the screen than the 160 that models see
DEFAULT_SEED = 10  # its flips leave some versions as they are
FEWEST, MOST, USUAL = 2, 24, 8  # random versions
COLUMNS, MIN_WIDTH = 4, 100  # of the grid of random versions; pixels of a cell
MEGABYTES = 30
START = MODELS["model2"].augmentation


def main() -> None:
    """Draw the page."""
    page.page_header(
        "Play with augmentation",
        "A flipped or tilted cat is still a cat. Photos that keep changing are harder to memorize, so a model learns "
        "what cats look like.",
    )
    apply_styles(LAYOUT)
    dataset = state.dataset()
    page.warn_invalid_query_params(_list_query_faults(dataset))
    presets = st.container()
    with st.container(key="augment"), st.container(key="augment-layout"):
        stage = st.container(key="augment-stage")
        controls = st.container(key="augment-controls", gap="small")
        versions = st.container(key="augment-versions")
    with controls:
        augmentation = draw_effects(START)
        copies = st.slider("Number of samples", FEWEST, MOST, USUAL, key="copies", bind="query-params")
        predictor = choose_predictor()
        st.page_link(
            "train.py",
            label="Train with these settings",
            icon=":material/model_training:",
            query_params=augmentation_query(augmentation),
        )
    with presets:
        draw_presets(augmentation)
    with page.show_errors():
        name, image, seen = _load_image(dataset)
        copies = copies if augmentation.active else 0
        seed = state.read_number_param("roll")
        seed = DEFAULT_SEED if seed is None else seed
        transforms = preview_transforms(augmentation, copies, seed)
        tiles = _make_tiles(image, augmentation, copies, seed)
        with stage:
            spots = _draw_stage(name, encode_png(image), tiles[0], augmentation)
        with versions:
            summary = _draw_actions(copies, seed)
            spots += _draw_versions(name, tiles[1:], [transforms.describe(version) for version in range(copies)])
        if predictor:  # last, since a model takes longer than drawing the images
            strongest = apply_transforms(seen[np.newaxis], strongest_transforms(augmentation))
            samples = apply_transforms(np.repeat(seen[np.newaxis], copies, axis=0), transforms)
            show_predictions(*predictor, [seen, *strongest, *samples], summary, spots)
    _explain(augmentation)


def _list_query_faults(dataset: Dataset) -> list[str]:
    """Return a sentence for each query parameter that can't be used; the page passes those over."""
    params, faults = st.query_params, list_effect_faults()
    copies, path = params.get("copies", str(USUAL))[:40], params.get("picture")
    if not (copies.isascii() and copies.isdigit() and FEWEST <= int(copies) <= MOST):
        faults.append(f"The number of samples is {copies!r}, but must be from {FEWEST} to {MOST}.")
    if "roll" in params and state.read_number_param("roll") is None:
        faults.append(f"The seed is {params['roll'][:40]!r}, but must be a whole number from 0 to 999,999.")
    if path is not None and path not in dataset.catalog.paths:
        faults.append(f"The data in use has no image {path[:80]!r}: choose another photo.")
    return faults


def _load_image(dataset: Dataset) -> tuple[str, np.ndarray, np.ndarray]:
    """Load the uploaded image, else the one that the address names, else always the same one of this data.

    Returns:
        Its name, the image as it is shown, uint8 (320, 320, 3), and as models see it, uint8 (160, 160, 3).
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


@st.cache_data(max_entries=50, show_spinner=False)
def _make_tiles(image: np.ndarray, augmentation: Augmentation, copies: int, seed: int) -> list[bytes]:
    """Return tiles of the strongest version and of the random ones."""
    strongest = apply_transforms(image[np.newaxis], strongest_transforms(augmentation))
    transforms = preview_transforms(augmentation, copies, seed)
    samples = apply_transforms(np.repeat(image[np.newaxis], copies, axis=0), transforms)
    return [make_tile(pixels, SIDE, SIDE) for pixels in (*strongest, *samples)]


def _draw_stage(name: str, original: bytes, strongest: bytes, augmentation: Augmentation) -> list[DeltaGenerator]:
    """Draw the original and its strongest version; return the places for what a model says about them."""
    grid, spots = st.grid(2, min_column_width=120, gap="small"), []
    with grid.cell(), st.container(gap="xxsmall"):
        with st.container(key="augment-original"):
            st.image(original, width="stretch", output_format="PNG", alt=f"The original, {name}")
        st.caption("**Original**")
        spots.append(st.empty())
    with grid.cell(), st.container(gap="xxsmall"):
        done = strongest_transforms(augmentation).describe(0) or "as it is"
        draw_live(strongest, augmentation, f"The strongest version of {name}: {done}, fill mode {augmentation.fill}")
        st.caption("**Every effect at its limit**")
        spots.append(st.empty())
    return spots


def _draw_actions(copies: int, seed: int) -> DeltaGenerator:
    """Draw what the random versions are, and the buttons; return the place for a sentence on a model's predictions."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(f"{copies} random versions" if copies else "No random versions", anchor=False, width="content")
        help_text = f"Draws other random versions. These have the seed {seed}."
        st.button(
            "Shuffle",
            on_click=state.randomize_param,
            args=("roll",),
            type="primary",
            icon=":material/casino:",
            help=help_text,
            disabled=not copies,
        )
        uploaded = st.session_state.get("augment-upload") is not None
        st.button("Change photo", on_click=_choose_another_image, icon=":material/shuffle:", disabled=uploaded)
        with st.popover("Upload a photo", icon=":material/upload:"):
            limit, exhausted = limit_upload(MEGABYTES, "augment")
            st.file_uploader(
                "Your photo",
                key="augment-upload",
                max_upload_size=limit,
                disabled=exhausted and not uploaded,
                help="It stays on this machine.",
            )
    if not copies:
        st.caption("All effects are off, so every version would look like the original.")
    return st.empty()


def _choose_another_image() -> None:
    catalog = state.catalog()
    st.query_params["picture"] = catalog.paths[secrets.choice(catalog.indices(TRAINING).tolist())]


def _draw_versions(name: str, tiles: list[bytes], captions: list[str]) -> list[DeltaGenerator]:
    """Draw the random versions; return the places for what a model says about them."""
    grid, spots = st.grid(COLUMNS, min_column_width=MIN_WIDTH, gap="small"), []
    for number, (tile, caption) in enumerate(zip(tiles, captions, strict=True), start=1):
        with grid.cell(), st.container(gap="xxsmall"):
            st.image(tile, width="stretch", alt=f"Version {number} of {name}: {caption or 'unchanged'}")
            st.caption(caption or "unchanged, by chance")
            spots.append(st.empty())
    return spots


def _explain(augmentation: Augmentation) -> None:
    with st.expander("Keras code for these settings", icon=":material/code:"):
        st.code(write_keras_code(augmentation))
    with st.expander("What the four models use", icon=":material/account_tree:"):
        lines = [f"- **{name}** ({spec.step}): {spec.augmentation.description}" for name, spec in MODELS.items()]
        st.markdown("\n".join(lines))
        st.markdown(
            "Training changes its photos with the very function that makes the versions above. The finished model "
            "carries the same effects as Keras layers. They act in training only: when you ask a model for a "
            "prediction, it sees the photo as it is."
        )
        st.markdown(
            f"model4 trains on {describe_variants(MODELS['model4'].augmentation)} of each photo, drawn once, because "
            "what its frozen backbone computes from them is stored. The other models see a new version in every epoch."
        )
    with st.expander("Which way is +30°, and what does “both” flip?", icon=":material/help:"):
        st.markdown(
            "+30° turns the photo to the left, −30° to the right. “Both” flips a photo along both axes at once or not "
            "at all, as Keras 3 does it. That is a half turn: half of the versions stand on their heads, and no mirror "
            "image ever comes. Left-right alone makes mirror images."
        )


main()
