"""The images behind the scores, page by page: those of a cell, the hardest, and those on which the runs disagree."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from catdog.datasets import Dataset
from catdog.errors import ImageError
from catdog.evaluation import HardExample, find_disagreements, find_hard_examples
from catdog.inference.batch import ImagePredictions
from catdog.inference.prediction import Prediction
from catdog.utils.text import format_percent
from pages.components import markdown, page, state
from pages.components.evaluate.confusion_matrix import CELL, DISPUTED, HARDEST, describe_cell, get_cell
from pages.components.evaluate.predictions import EvaluatedRun
from pages.components.glossary import with_links
from pages.components.image_dialog import open_image
from pages.components.styles import apply_styles
from pages.components.thumbnails import TileCache, make_tile

PAGE_SIZE = 6
MOST_HARD = 48  # of the hardest images: the others are hardly hard any more
KEPT = 400  # tiles, about 8 MB
PAGE = "shown-page"
# The button under a tile also takes the clicks on the image above it, so that the image opens with a click.
WHOLE_TILE_OPENS = """
[class*="st-key-seen-"] { position: relative; }
[class*="st-key-seen-"] .stElementContainer, [class*="st-key-seen-"] .stButton,
[class*="st-key-seen-"] .stButton * { position: static; }
[class*="st-key-seen-"] .stButton button::after { content: ""; position: absolute; inset: 0; cursor: pointer; }
"""

Selection = tuple[list[str], list[ImagePredictions]]  # names of runs, and images with a prediction of each of them


def show_gallery(
    focus: EvaluatedRun, runs: Sequence[EvaluatedRun], dataset: Dataset, split: str, threshold: float
) -> None:
    """Draw the section.

    Args:
        focus: The run in focus.
        runs: All runs that are evaluated on the same images.
        dataset: The data in use.
        split: Of the images.
        threshold: The second class is predicted above it.
    """
    st.header("Images", anchor=False)
    selections = {CELL: _select_cell, HARDEST: _select_hardest}
    if len(runs) > 1:
        selections[DISPUTED] = _select_disputed
    if st.session_state.get("show", HARDEST) not in selections:
        del st.session_state["show"]  # such as after all runs but one were removed
    show = st.segmented_control(
        "Images to show",
        list(selections),
        default=HARDEST,
        required=True,
        key="show",
        bind="query-params",
        on_change=_go_to_first_page,
        label_visibility="collapsed",
    )
    names, images = selections[show](focus, runs, split, threshold)
    if not focus.in_use:
        _list_names(names, images, focus)
    elif images:
        _show_page(names, images, focus.classes, dataset, threshold)


def _select_cell(focus: EvaluatedRun, runs: Sequence[EvaluatedRun], split: str, threshold: float) -> Selection:
    cell = get_cell()
    if not cell:
        st.info("Click a cell of the confusion matrix: its images appear here.", icon=":material/grid_view:")
        return [], []
    label, predicted = int(cell[0]), int(cell[1])
    predictions = focus.predictions
    rows = np.flatnonzero((predictions.labels == label) & (predictions.predicted_labels(threshold) == predicted))
    rows = rows[np.argsort(-predictions.losses[rows], kind="stable")]
    order = "the most wrong first" if label != predicted else "the least sure first"
    order = f": {order}" if len(rows) > 1 else ""
    st.markdown(f"{describe_cell(cell, len(rows), focus.classes)}, by {markdown.escape(focus.name)}{order}.")
    return [focus.name], [
        _make_image(focus, predictions.paths[row], label, [predictions.probabilities[row]]) for row in rows
    ]


def _select_hardest(focus: EvaluatedRun, runs: Sequence[EvaluatedRun], split: str, threshold: float) -> Selection:
    examples = find_hard_examples({run.id: run.predictions for run in runs}, MOST_HARD)
    whom = "this run" if len(runs) == 1 else f"the {len(runs)} runs on average"
    st.markdown(
        with_links(
            f"The {len(examples)} images with the highest loss for {whom}. Is the image hard, or is its label wrong?"
        )
    )
    return _name_examples(focus, runs, examples)


def _select_disputed(focus: EvaluatedRun, runs: Sequence[EvaluatedRun], split: str, threshold: float) -> Selection:
    examples = find_disagreements({run.id: run.predictions for run in runs}, threshold)
    if not examples:
        st.info(f"The runs agree on every {split} image.", icon=":material/handshake:")
        return [], []
    count = "1 image" if len(examples) == 1 else f"{len(examples):,} images"
    st.markdown(f"{count} of {len(focus.predictions):,} on which the runs give different answers.")
    return _name_examples(focus, runs, examples)


def _name_examples(focus: EvaluatedRun, runs: Sequence[EvaluatedRun], examples: Sequence[HardExample]) -> Selection:
    return [run.name for run in runs], [
        _make_image(focus, example.path, example.label, list(example.probabilities.values())) for example in examples
    ]


def _make_image(focus: EvaluatedRun, path: str, label: int, probabilities: Sequence[float]) -> ImagePredictions:
    predictions = tuple(Prediction(focus.classes, float(probability)) for probability in probabilities)
    return ImagePredictions(path, focus.classes[label], predictions)


def _go_to_first_page() -> None:
    st.session_state[PAGE] = 1


def _list_names(names: list[str], images: list[ImagePredictions], focus: EvaluatedRun) -> None:
    """List images of data that is not in use by name, and offer to use that data."""
    source = focus.run.config.source
    st.info(
        f"These are {state.describe_source(source)}, not the data in use, so only their names can be shown.",
        icon=":material/database:",
    )
    if source in state.list_selectable():
        st.button("Use that data", on_click=_use, args=(source,), icon=":material/photo_library:")
    rows = [
        {
            "file": image.name,
            "label": image.label,
            **{name: 100 * prediction.probability for name, prediction in zip(names, image.predictions, strict=True)},
        }
        for image in images
    ]
    if rows:
        percent = st.column_config.NumberColumn(format=f"%.1f%% {focus.classes[1].replace('%', '%%')}")
        st.dataframe(rows, hide_index=True, column_config=dict.fromkeys(list(rows[0])[2:], percent))


def _use(source: str) -> None:
    st.session_state["data"] = source


def _show_page(
    names: list[str], images: list[ImagePredictions], classes: tuple[str, str], dataset: Dataset, threshold: float
) -> None:
    """Show one page of images, each with its name, its label and what was predicted."""
    apply_styles(WHOLE_TILE_OPENS)
    place = st.container()
    pages = -(-len(images) // PAGE_SIZE)
    number = 1
    if pages > 1:
        if not 1 <= st.session_state.get(PAGE, 1) <= pages:
            st.session_state[PAGE] = 1
        number = st.pagination(pages, key=PAGE, bind="query-params")
    images = images[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    catalog = dataset.catalog
    rows = {path: row for row, path in enumerate(catalog.paths)} if images else {}
    keys = [(catalog.fingerprint, str(catalog.root / image.name), rows.get(image.name)) for image in images]
    tiles = _tile_cache().get(keys, _tile_maker(dataset))
    with place:
        grid = st.grid(3, min_column_width=120)
        for image, tile in zip(images, tiles, strict=True):
            with grid.cell(), st.container(key=f"seen-{rows.get(image.name, image.name)}", gap="xxsmall"):
                _tile(names, image, tile, classes, threshold)


def _tile(
    names: list[str], image: ImagePredictions, tile: bytes | str, classes: tuple[str, str], threshold: float
) -> None:
    file_name = image.name.rsplit("/", 1)[-1]
    if isinstance(tile, bytes):
        st.image(tile, width="stretch", alt=f"The image {file_name}, labelled {image.label}")
    else:
        st.caption(f":material/broken_image: {markdown.escape(tile)}")
    st.button(
        markdown.escape(file_name),
        key=f"look-{image.name}",
        on_click=open_image,
        args=(image.name,),
        type="tertiary",
        wrap=False,
    )
    colour = page.CLASS_COLOURS[classes.index(image.label)]
    lines = [f":{colour}[labelled {markdown.escape(image.label)}]"]
    for name, prediction in zip(names, image.predictions, strict=True):
        predicted = prediction.label_above(threshold)
        icon = "check" if predicted == image.label else "close"
        who = f"{markdown.escape(name)}: " if len(names) > 1 else ""
        confidence = format_percent(prediction.probability_of(predicted))
        lines.append(f":material/{icon}: {who}{markdown.escape(predicted)} {confidence}")
    st.markdown("  \n".join(f":small[{line}]" for line in lines))  # a caption's colours are too faint


def _tile_maker(dataset: Dataset) -> Callable[[tuple], bytes | str]:
    """Return what makes the tile for a key of _show_page, or says why there is none."""

    def make(key: tuple[str, str, int | None]) -> bytes | str:
        row = key[2]
        if row is None:
            return "This image is no longer in the data."
        try:
            return make_tile(dataset.image(row), 320, 240, crop=True)
        except ImageError as error:
            return str(error)

    return make


@st.cache_resource(show_spinner=False)
def _tile_cache() -> TileCache:
    return TileCache(KEPT)
