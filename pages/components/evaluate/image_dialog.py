"""A dialog with one image large: every run's prediction for it, and where a run looks to find it."""

from collections.abc import Sequence

import streamlit as st

from catdog.charts import CONFIG, plot_probabilities
from catdog.datasets import TEST, Dataset
from catdog.errors import ImageError
from catdog.evaluation import compute_track_record, describe_band, find_band
from catdog.inference.prediction import Prediction
from catdog.utils.text import format_percent
from pages.components import markdown, page
from pages.components.evaluate.predictions import EvaluatedRun
from pages.components.heatmap import show_heatmap
from pages.components.thumbnails import shrink_jpeg

MAX_SIDE = 1000  # pixels of the longer side that are sent
WIDTH, HEIGHT = 560, 420  # pixels that the image may fill on the screen


def show_image_from_query(runs: Sequence[EvaluatedRun], dataset: Dataset, threshold: float) -> None:
    """Show the image that the address names, above the page; nothing if no run here has predicted it.

    Args:
        runs: Those that are evaluated on the same images; the heatmap is at first that of the first.
        dataset: The data in use.
        threshold: The second class is predicted above it.
    """
    path = st.query_params.get("photo")
    if path is None or not runs[0].in_use or path not in runs[0].predictions.paths or path not in dataset.catalog.paths:
        return
    title = markdown.escape(path.rsplit("/", 1)[-1])
    st.dialog(title, width="large", on_dismiss=_close)(_draw_dialog)(path, runs, dataset, threshold)


def _close() -> None:
    for name in ("photo", "look", "how"):
        st.query_params.pop(name, None)


def _draw_dialog(path: str, runs: Sequence[EvaluatedRun], dataset: Dataset, threshold: float) -> None:
    row = dataset.catalog.paths.index(path)
    classes = runs[0].classes
    label = int(runs[0].predictions.labels[runs[0].predictions.paths.index(path)])
    predictions = [
        Prediction(run.classes, float(run.predictions.probabilities[run.predictions.paths.index(path)])) for run in runs
    ]
    left, right = st.columns(2, gap="medium")
    with left:
        _image(dataset, row, path, classes[label])
        st.markdown(
            f":{page.CLASS_COLOURS[label]}-badge[:material/label: **labelled {markdown.escape(classes[label])}**]  \n"
            f"File: {markdown.escape(path)}"
        )
        _predictions(runs, predictions, classes, label, threshold)
    with right, page.show_errors():
        pixels = dataset.pixels[row]
        names = {run.id: run.name for run in runs}
        show_heatmap(pixels, f"{dataset.catalog.fingerprint}-{row}", [run.run for run in runs], names, predictions)
    if st.button("Close", icon=":material/close:"):
        _close()
        st.rerun()


def _image(dataset: Dataset, row: int, path: str, label: str) -> None:
    try:
        image = dataset.image(row)
    except ImageError as error:
        st.error(markdown.escape(str(error)), icon=":material/broken_image:")
        return
    height, width, _ = image.shape
    shown_width = round(width * min(WIDTH / width, HEIGHT / height))
    st.image(shrink_jpeg(image, MAX_SIDE), width=shown_width, alt=f"The image {path} as it is, labelled {label}")


def _predictions(
    runs: Sequence[EvaluatedRun],
    predictions: Sequence[Prediction],
    classes: tuple[str, str],
    label: int,
    threshold: float,
) -> None:
    """Draw every run's prediction, say which are right at the threshold, and each one's track record."""
    bars = [(run.name, run.model, prediction.probability) for run, prediction in zip(runs, predictions, strict=True)]
    st.plotly_chart(
        plot_probabilities(bars, classes),
        key="look-bars",
        config={**CONFIG, "displayModeBar": False},
        alt="; ".join(f"{name}: {format_percent(probability)} {classes[1]}" for name, _, probability in bars),
    )
    right, wrong = [], []
    for name, _, probability in bars:
        (right if int(probability > threshold) == label else wrong).append(markdown.escape(name))
    if threshold != 0.5:
        st.caption(f"Judged at the threshold {threshold:.2f}: {markdown.escape(classes[1])} above it.")
    parts = [f":material/check: right: {', '.join(right)}."] if right else []
    parts += [f":material/close: wrong: {', '.join(wrong)}."] if wrong else []
    st.markdown("  \n".join(parts))
    records = [(run.name, compute_track_record(run.parts[TEST])) for run in runs]
    lines = [
        f"{markdown.escape(name)}: {describe_band(find_band(record, prediction.confidence))}."
        for (name, record), prediction in zip(records, predictions, strict=True)
    ]
    st.caption("  \n".join(lines))
