"""One picture large: every run's answer to it, and where a run looks to find it."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from catdog.charts import CONFIG, plot_probabilities
from catdog.datasets import Dataset
from catdog.errors import ImageError
from catdog.utils.text import format_percent
from pages.components import markdown
from pages.components.evaluate.predictions import Judged
from pages.components.heatmap import Given, heat_map
from pages.components.statistics import get_image_reader
from pages.components.thumbnails import shrink_jpeg

MOST = 1000  # pixels of the longer side that are sent
WIDE, HIGH = 560, 420  # pixels that the picture may fill on the screen
COLOURS = ("orange", "blue")


def show_look_of_the_address(alike: Sequence[Judged], dataset: Dataset, threshold: float) -> None:
    """Show the picture that the address names, above the page; nothing where no run here has answered it.

    alike: the runs that are judged by the same pictures; the first is the one whose look is shown at first.
    """
    path = st.query_params.get("photo")
    if path is None or not alike[0].here or path not in alike[0].answers.paths or path not in dataset.catalog.paths:
        return
    title = markdown.escape(path.rsplit("/", 1)[-1])
    st.dialog(title, width="large", on_dismiss=_forget)(_look)(path, alike, dataset, threshold)


def _forget() -> None:
    for name in ("photo", "look", "how"):
        st.query_params.pop(name, None)


def _look(path: str, alike: Sequence[Judged], dataset: Dataset, threshold: float) -> None:
    row = dataset.catalog.paths.index(path)
    classes = alike[0].classes
    label = int(alike[0].answers.labels[alike[0].answers.paths.index(path)])
    given = [(one, float(one.answers.probabilities[one.answers.paths.index(path)])) for one in alike]
    left, right = st.columns(2, gap="medium")
    with left:
        _picture(dataset, row, path, classes[label])
        st.markdown(
            f":{COLOURS[label]}-badge[:material/label: **labelled {markdown.escape(classes[label])}**]  \n"
            f"File: {markdown.escape(path)}"
        )
        _answers(given, classes, label, threshold)
    with right:
        pixels = np.array(get_image_reader(dataset)(slice(row, row + 1))[0])
        heat_map(
            pixels,
            f"{dataset.catalog.fingerprint}-{row}",
            [Given(one.run, one.name, one.classes, probability) for one, probability in given],
        )
    if st.button("Close", icon=":material/close:"):
        _forget()
        st.rerun()


def _picture(dataset: Dataset, row: int, path: str, label: str) -> None:
    try:
        picture = dataset.image(row)
    except ImageError as error:
        st.error(markdown.escape(str(error)), icon=":material/broken_image:")
        return
    height, width, _ = picture.shape
    shown = round(width * min(WIDE / width, HIGH / height))
    st.image(shrink_jpeg(picture, MOST), width=shown, alt=f"The picture {path} as it is, labelled {label}")


def _answers(given: list[tuple[Judged, float]], classes: tuple[str, str], label: int, threshold: float) -> None:
    """Draw every run's answer, and say who is right at the threshold."""
    bars = [(one.name, one.run.config.model, probability) for one, probability in given]
    said = [(name, int(probability > threshold), probability) for name, _, probability in bars]
    st.plotly_chart(
        plot_probabilities(bars, classes),
        key="look-bars",
        config={**CONFIG, "displayModeBar": False},
        alt="; ".join(f"{name}: {format_percent(probability)} {classes[1]}" for name, _, probability in bars),
    )
    right = [markdown.escape(name) for name, answer, _ in said if answer == label]
    wrong = [markdown.escape(name) for name, answer, _ in said if answer != label]
    if threshold != 0.5:
        st.caption(f"Judged at the threshold {threshold:.2f}: {markdown.escape(classes[1])} above it.")
    parts = [f":material/check: right: {', '.join(right)}."] if right else []
    parts += [f":material/close: wrong: {', '.join(wrong)}."] if wrong else []
    st.markdown("  \n".join(parts))
