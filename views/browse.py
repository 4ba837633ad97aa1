"""Look at the data: three random pictures of each class, how many there are, and the baseline."""

import numpy as np
import streamlit as st

from catdog.charts import CONFIG, class_counts
from catdog.dataset import SPLITS, TRAINING, Catalog, Dataset
from catdog.errors import PictureError
from catdog.words import percent
from views import shared
from views.tiles import tile

BOTH, ALL = "both", "all"
IN_A_ROW = 3


def main() -> None:
    """Draw the page."""
    shared.opening(
        "Look at the data",
        "A computer learns what a cat is from examples, so the first step is to look at them yourself. "
        "Each picture comes with a label, and from its pixels alone the computer must find out which label "
        "it has.",
    )
    dataset = shared.dataset()
    label, split = _filters(dataset.catalog)
    _pictures(dataset, label, split)
    st.header("How many there are", anchor=False)
    _counts(dataset)


def _filters(catalog: Catalog) -> tuple[int | None, str | None]:
    """Draw the filters; return the label and the split that are wanted, None for all."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        wanted_class = st.segmented_control(
            "Class", [BOTH, *catalog.classes], default=BOTH, required=True, key="class", bind="query-params"
        )
        wanted_split = st.segmented_control(
            "Split",
            [ALL, *SPLITS],
            default=ALL,
            required=True,
            key="split",
            bind="query-params",
            help="A model learns from the training pictures. Its best epoch is chosen on the validation "
            "pictures. The test pictures, which it has never seen, give its final score.",
        )
        st.button("New sample", on_click=shared.draw_number, args=("sample",), type="primary", icon=":material/casino:")
    label = catalog.classes.index(wanted_class) if wanted_class in catalog.classes else None
    return label, wanted_split if wanted_split in SPLITS else None


def _pictures(dataset: Dataset, label: int | None, split: str | None) -> None:
    """Show two rows of random pictures: one a class, or both of the class that is wanted."""
    catalog = dataset.catalog
    rng = np.random.default_rng(shared.number_in_address("sample") or 0)
    rows = []
    if label is None:
        for one in (0, 1):
            rows.append((one, _pick(rng, catalog.indices(split, one), IN_A_ROW)))
    else:
        both = _pick(rng, catalog.indices(split, label), 2 * IN_A_ROW)
        rows += [(label, both[:IN_A_ROW]), (label, both[IN_A_ROW:])]
    for number, (one, chosen) in enumerate(rows):
        if number == 0 or rows[0][0] != one:
            colour = ("orange", "blue")[one]
            st.markdown(f":{colour}-badge[:material/label: **{shared.plain(catalog.classes[one])}**]")
        grid = st.grid(IN_A_ROW, min_column_width=96)
        for row in chosen:
            with grid.cell():
                _picture(dataset, int(row))


def _pick(rng: np.random.Generator, among: np.ndarray, number: int) -> np.ndarray:
    return rng.choice(among, size=min(number, len(among)), replace=False)


def _picture(dataset: Dataset, row: int) -> None:
    """Show one picture with its file name and its size."""
    catalog = dataset.catalog
    name = catalog.paths[row].rsplit("/", 1)[-1]
    try:
        shown, (width, height) = _tile(str(catalog.root / catalog.paths[row]), catalog.fingerprint, dataset, row)
    except PictureError as error:
        st.caption(f":material/broken_image: {shared.plain(str(error))}")
        return
    alt = f"A picture labelled {catalog.classes[catalog.labels[row]]}, file {name}"
    st.image(shown, width="stretch", alt=alt)
    st.caption(f"{shared.plain(name)}  \n{width} × {height} pixels, {catalog.splits[row]}")


@st.cache_data(max_entries=300, show_spinner=False)
def _tile(path: str, fingerprint: str, _dataset: Dataset, row: int) -> tuple[bytes, tuple[int, int]]:
    """Return a picture as a tile, and its own width and height; path and fingerprint are the cache's key."""
    picture = _dataset.picture(row)
    return tile(picture, 480, 360), (picture.shape[1], picture.shape[0])


def _counts(dataset: Dataset) -> None:
    """Show the counts by class and split, and explain the baseline with its counted number."""
    catalog = dataset.catalog
    counts = catalog.counts()
    chart, words = st.columns([3, 2], gap="large")
    with chart:
        said = "; ".join(
            f"{split}: " + ", ".join(f"{number:,} {name}" for name, number in of.items())
            for split, of in counts.items()
        )
        st.plotly_chart(
            class_counts(catalog), key="counts", config=dict(CONFIG), alt=f"Pictures in each split. {said}."
        )
    with words:
        training = counts[TRAINING]
        most = max(training, key=training.get)
        total = sum(training.values())
        st.metric("Baseline", percent(catalog.baseline))
        st.markdown(
            "The score to beat before anything counts as learning. A program that never looks at a picture "
            f"and always answers “{shared.plain(most)}” is right for **{training[most]:,} of {total:,}** "
            f"training pictures, which is {percent(catalog.baseline)}."
        )
        st.markdown(
            "The three splits never share a picture: a model is judged only on pictures that it has not learned from."
        )
    if dataset.skipped:
        with st.expander(f"{len(dataset.skipped):,} files were left out because they can't be read"):
            st.dataframe([{"file": path, "reason": reason} for path, reason in dataset.skipped], hide_index=True)


main()
