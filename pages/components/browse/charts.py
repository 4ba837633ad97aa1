"""What the pictures of a data set have in common: how many there are, how large they are, how they look on average."""

import plotly.graph_objects as go
import streamlit as st

from catdog.charts import CONFIG, plot_class_counts
from catdog.charts.image_sizes import plot_aspect_ratios, plot_image_sizes
from catdog.datasets import SPLITS, TRAINING, Dataset
from catdog.datasets.statistics import ImageStatistics
from catdog.images.decode import SIZE
from catdog.utils.text import format_percent
from pages.components import markdown, page
from pages.components.statistics import poll_statistics
from pages.components.thumbnails import make_tile

MEAN = 240  # pixels of a mean picture on the page


def draw_counts(dataset: Dataset) -> None:
    """Show the counts by class and split, and explain the baseline with its counted number."""
    catalog = dataset.catalog
    numbers = catalog.counts()
    chart, words = st.columns([3, 2], gap="large")
    with chart:
        said = "; ".join(
            f"{split}: " + ", ".join(f"{number:,} {name}" for name, number in of.items())
            for split, of in numbers.items()
        )
        st.plotly_chart(
            _counts_chart((catalog.fingerprint, len(catalog)), dataset),
            key="counts",
            config=dict(CONFIG),
            alt=f"Pictures in each split. {said}.",
        )
    with words:
        training = numbers[TRAINING]
        most = max(training, key=training.get)
        total = sum(training.values())
        st.metric("Baseline", format_percent(catalog.baseline))
        st.markdown(
            "The score to beat before anything counts as learning. A program that never looks at a picture "
            f"and always answers “{markdown.escape(most)}” is right for **{training[most]:,} of {total:,}** "
            f"training pictures, which is {format_percent(catalog.baseline)}."
        )
        st.markdown(
            "The three splits never share a picture: a model is judged only on pictures that it has not learned from."
        )
    if dataset.skipped:
        with st.expander(f"{len(dataset.skipped):,} files were left out because they can't be read"):
            st.dataframe([{"file": path, "reason": reason} for path, reason in dataset.skipped], hide_index=True)


def draw_statistics(dataset: Dataset) -> None:
    """Show how large the pictures are and what the mean picture of each class and split looks like."""
    st.header("How large they are", anchor=False)
    facts = poll_statistics(dataset)
    if facts is None:
        return
    _sizes(dataset, facts)
    st.header("How they look on average", anchor=False)
    _means(dataset, facts)


def _sizes(dataset: Dataset, facts: ImageStatistics) -> None:
    known = facts.widths > 0
    if not known.any():
        st.caption("The pictures' files are gone, so their own sizes are not known.")
        return
    smallest, largest = facts.longer[known].min(), facts.longer[known].max()
    smaller = int((facts.longer[known] < SIZE).sum())
    st.markdown(
        f"Their longer side has {_between(smallest, largest)} pixels. The models take only {SIZE} × {SIZE}, so every "
        "picture is squeezed to a square"
        + (f"; {smaller:,} smaller ones are blown up, which adds no detail." if smaller else ".")
    )
    sizes, ratios = _charts((dataset.catalog.fingerprint, len(dataset.catalog)), dataset, facts)
    for place, chart, key, about in zip(
        page.row(2, 320),
        (sizes, ratios),
        ("sizes", "ratios"),
        (
            f"Width and height of the pictures in pixels; the longer side is {_between(smallest, largest)} long.",
            f"Width for height; {_tall_square_wide(facts)}.",
        ),
        strict=True,
    ):
        with place:
            st.plotly_chart(chart, key=key, config=dict(CONFIG), alt=about)
            st.caption(f"{about} " + ("A larger point stands for more pictures." if key == "sizes" else ""))


@st.cache_resource(max_entries=8, show_spinner=False)
def _counts_chart(data: tuple[str, int], _dataset: Dataset) -> go.Figure:
    return plot_class_counts(_dataset.catalog)


@st.cache_resource(max_entries=8, show_spinner=False)
def _charts(data: tuple[str, int], _dataset: Dataset, _facts: ImageStatistics) -> tuple[go.Figure, go.Figure]:
    return plot_image_sizes(_dataset.catalog, _facts), plot_aspect_ratios(_dataset.catalog, _facts)


def _means(dataset: Dataset, facts: ImageStatistics) -> None:
    classes = dataset.catalog.classes
    shown = _mean_tiles((dataset.catalog.fingerprint, len(dataset.catalog)), facts)
    words, pictures = st.columns([2, 3], gap="large")
    with words:
        st.markdown(
            "Each point of these pictures has the mean colour that the point has in all pictures of that class and "
            "split. They are blurred because nothing lies at the same place in all pictures: where one shows part of "
            "what it is about, the next shows only background."
        )
        st.markdown(
            f"So where {markdown.escape(classes[0])} and {markdown.escape(classes[1])} look alike here, a model can't tell "
            "them apart by the colour at a place; it has to find shapes wherever they are. And the three splits of a "
            "class should look alike, or else the model is judged on another sort of picture than it learned from."
        )
    with pictures:
        grid = st.grid(len(SPLITS), min_column_width=80, gap="small")
        for label, name in enumerate(classes):
            for number, split in enumerate(SPLITS):
                with grid.cell():
                    st.image(
                        shown[number][label],
                        width="stretch",
                        alt=f"The mean of all {split} pictures of {name}",
                    )
                    st.caption(f"{markdown.escape(name)}, {split}")


@st.cache_resource(max_entries=8, show_spinner=False)
def _mean_tiles(data: tuple[str, int], _facts: ImageStatistics) -> list[list[bytes]]:
    return [[make_tile(mean, MEAN, MEAN) for mean in split] for split in _facts.means]


def _between(smallest: int, largest: int) -> str:
    return f"{smallest:,}" if smallest == largest else f"{smallest:,} to {largest:,}"


def _tall_square_wide(facts: ImageStatistics) -> str:
    tall, wide = (facts.heights > facts.widths).sum(), (facts.widths > facts.heights).sum()
    square = (facts.widths > 0).sum() - tall - wide
    return f"{tall:,} are taller than wide, {square:,} are square, {wide:,} are wider than tall"
