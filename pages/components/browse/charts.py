"""What the images of a dataset have in common: their counts, their sizes, their means."""

import plotly.graph_objects as go
import streamlit as st

from catdog.charts import CONFIG, plot_class_counts
from catdog.charts.image_sizes import plot_aspect_ratios, plot_image_sizes
from catdog.datasets import SPLITS, TRAINING, Dataset
from catdog.datasets.statistics import ImageStatistics
from catdog.images.decode import SIZE
from catdog.utils.text import format_percent
from pages.components import markdown, page
from pages.components.glossary import with_links
from pages.components.statistics import poll_statistics
from pages.components.thumbnails import make_tile

MEAN_SIDE = 240  # pixels of a mean image on the page


def draw_counts(dataset: Dataset) -> None:
    """Draw the counts by class and split, and explain the baseline, which is counted from them."""
    catalog = dataset.catalog
    counts = catalog.counts()
    left, right = st.columns([3, 2], gap="large")
    with left:
        words = "; ".join(
            f"{split}: " + ", ".join(f"{count:,} {name}" for name, count in by_class.items())
            for split, by_class in counts.items()
        )
        st.plotly_chart(
            _plot_counts((catalog.version, len(catalog)), dataset),
            key="counts",
            config=dict(CONFIG),
            alt=f"Images in each split. {words}.",
        )
    with right:
        training = counts[TRAINING]
        most = max(training, key=training.get)
        total = sum(training.values())
        st.metric("Baseline", format_percent(catalog.baseline))
        st.markdown(
            with_links(
                "The score to beat before anything counts as learning. A program that never looks at an image "
                f"and always answers “{markdown.escape(most)}” is right for **{training[most]:,} of {total:,}** "
                f"training images, which is {format_percent(catalog.baseline)}."
            )
        )
        st.markdown(
            with_links(
                "The three splits never share an image: a model is judged only on images it has not learned from."
            )
        )
    if dataset.skipped:
        with st.expander(f"{len(dataset.skipped):,} files were left out because they can't be read"):
            st.dataframe([{"file": path, "reason": reason} for path, reason in dataset.skipped], hide_index=True)


def draw_statistics(dataset: Dataset) -> None:
    """Draw how large the images are and the mean image of each class and split."""
    st.header("How large they are", anchor=False)
    statistics = poll_statistics(dataset)
    if statistics is None:
        return
    _draw_sizes(dataset, statistics)
    st.header("How they look on average", anchor=False)
    _draw_means(dataset, statistics)


def _draw_sizes(dataset: Dataset, statistics: ImageStatistics) -> None:
    readable = statistics.widths > 0
    if not readable.any():
        st.caption("The images' files are gone, so their own sizes are not known.")
        return
    longer = statistics.longer[readable]
    extent = _format_range(longer.min(), longer.max())
    smaller = int((longer < SIZE).sum())
    st.markdown(
        f"Their longer side has {extent} pixels. The models take only {SIZE} × {SIZE}, so every "
        "image is squeezed to a square"
        + (f"; {smaller:,} smaller ones are blown up, which adds no detail." if smaller else ".")
    )
    sizes, ratios = _plot_sizes((dataset.catalog.version, len(dataset.catalog)), dataset, statistics)
    left, right = page.row(2, 320)
    with left:
        words = f"Width and height of the images in pixels; the longer side is {extent} long."
        st.plotly_chart(sizes, key="sizes", config=dict(CONFIG), alt=words)
        st.caption(f"{words} A larger point stands for more images.")
    with right:
        words = f"Width for height; {_describe_shapes(statistics)}."
        st.plotly_chart(ratios, key="ratios", config=dict(CONFIG), alt=words)
        st.caption(words)


@st.cache_resource(max_entries=8, show_spinner=False)
def _plot_counts(key: tuple[str, int], _dataset: Dataset) -> go.Figure:
    return plot_class_counts(_dataset.catalog)


@st.cache_resource(max_entries=8, show_spinner=False)
def _plot_sizes(key: tuple[str, int], _dataset: Dataset, _statistics: ImageStatistics) -> tuple[go.Figure, go.Figure]:
    return plot_image_sizes(_dataset.catalog, _statistics), plot_aspect_ratios(_dataset.catalog, _statistics)


def _draw_means(dataset: Dataset, statistics: ImageStatistics) -> None:
    classes = dataset.catalog.classes
    tiles = _make_mean_tiles((dataset.catalog.fingerprint, len(dataset.catalog)), statistics)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown(
            "Each point has the mean colour of that point in all images of the class and split. They are blurred "
            "because nothing lies at the same place in all images: where one shows an ear, the next shows only "
            "background."
        )
        st.markdown(
            f"So where {markdown.escape(classes[0])} and {markdown.escape(classes[1])} look alike here, a model can't "
            "tell them apart by the colour at a place; it has to find shapes wherever they are. And the three splits "
            "of a class should look alike, or else the model is judged on another sort of image than it learned from."
        )
    with right:
        grid = st.grid(len(SPLITS), min_column_width=80, gap="small")
        for label, name in enumerate(classes):
            for split, by_label in zip(SPLITS, tiles, strict=True):
                with grid.cell():
                    st.image(by_label[label], width="stretch", alt=f"The mean of all {split} images of {name}")
                    st.caption(f"{markdown.escape(name)}, {split}")


@st.cache_resource(max_entries=8, show_spinner=False)
def _make_mean_tiles(key: tuple[str, int], _statistics: ImageStatistics) -> list[list[bytes]]:
    """Return for each split the tiles of the mean image of each class."""
    return [[make_tile(mean, MEAN_SIDE, MEAN_SIDE) for mean in by_label] for by_label in _statistics.means]


def _format_range(smallest: int, largest: int) -> str:
    return f"{smallest:,}" if smallest == largest else f"{smallest:,} to {largest:,}"


def _describe_shapes(statistics: ImageStatistics) -> str:
    tall, wide = (statistics.heights > statistics.widths).sum(), (statistics.widths > statistics.heights).sum()
    square = (statistics.widths > 0).sum() - tall - wide
    return f"{tall:,} are taller than wide, {square:,} are square, {wide:,} are wider than tall"
