"""One picture large: every run's answer to it, and where a run looks to find it."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from catdog import inside
from catdog.charts import CONFIG, probability_bars
from catdog.dataset import Dataset
from catdog.errors import PictureError, RunError
from catdog.explain import activation_words, look_words, occlusion, overlay
from catdog.models import MODELS
from catdog.pictures import SIZE
from catdog.runs import Run
from catdog.words import percent
from views import shared
from views.answers import predictors
from views.browsefacts import picture_reader
from views.evaluateanswers import Judged
from views.runchoice import choose_one
from views.tiles import tile, whole

MOST = 1000  # pixels of the longer side that are sent
WIDE, HIGH = 560, 420  # pixels that the picture may fill on the screen
OPACITY = 0.6
OWN, HIDING = "what each place adds", "hiding places"  # the ways in which a map is made
COLOURS = ("orange", "blue")


def show_look_of_the_address(alike: Sequence[Judged], dataset: Dataset, threshold: float) -> None:
    """Show the picture that the address names, above the page; nothing where no run here has answered it.

    alike: the runs that are judged by the same pictures; the first is the one whose look is shown at first.
    """
    path = st.query_params.get("photo")
    if path is None or not alike[0].here or path not in alike[0].answers.paths or path not in dataset.catalog.paths:
        return
    title = shared.plain(path.rsplit("/", 1)[-1])
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
            f":{COLOURS[label]}-badge[:material/label: **labelled {shared.plain(classes[label])}**]  \n"
            f"File: {shared.plain(path)}"
        )
        _answers(given, classes, label, threshold)
    with right:
        _heat_map(row, given, dataset)
    if st.button("Close", icon=":material/close:"):
        _forget()
        st.rerun()


def _picture(dataset: Dataset, row: int, path: str, label: str) -> None:
    try:
        picture = dataset.picture(row)
    except PictureError as error:
        st.error(shared.plain(str(error)), icon=":material/broken_image:")
        return
    height, width, _ = picture.shape
    shown = round(width * min(WIDE / width, HIGH / height))
    st.image(whole(picture, MOST), width=shown, alt=f"The picture {path} as it is, labelled {label}")


def _answers(given: list[tuple[Judged, float]], classes: tuple[str, str], label: int, threshold: float) -> None:
    """Draw every run's answer, and say who is right at the threshold."""
    bars = [(one.name, one.run.config.model, probability) for one, probability in given]
    said = [(name, int(probability > threshold), probability) for name, _, probability in bars]
    st.plotly_chart(
        probability_bars(bars, classes),
        key="look-bars",
        config={**CONFIG, "displayModeBar": False},
        alt="; ".join(f"{name}: {percent(probability)} {classes[1]}" for name, _, probability in bars),
    )
    right = [shared.plain(name) for name, answer, _ in said if answer == label]
    wrong = [shared.plain(name) for name, answer, _ in said if answer != label]
    if threshold != 0.5:
        st.caption(f"Judged at the threshold {threshold:.2f}: {shared.plain(classes[1])} above it.")
    parts = [f":material/check: right: {', '.join(right)}."] if right else []
    parts += [f":material/close: wrong: {', '.join(wrong)}."] if wrong else []
    st.markdown("  \n".join(parts))


def _heat_map(row: int, given: list[tuple[Judged, float]], dataset: Dataset) -> None:
    """Draw where a run looks, and say what that does and does not show."""
    chosen = given[0][0].run.id
    if len(given) == 1:
        st.markdown("Where the model looks")
    else:
        chosen = choose_one("Where the model looks", {one.run.id: one.name for one, _ in given}, "look")
    one, probability = next(pair for pair in given if pair[0].run.id == chosen)
    pixels = np.array(picture_reader(dataset)(slice(row, row + 1))[0])
    place, answer = (dataset.catalog.fingerprint, row), int(probability > 0.5)
    way = _way() if MODELS[one.run.config.model].backbone else HIDING
    try:
        changed = one.run.files.tflite.stat().st_mtime_ns
        if way == OWN:
            heat = inside.class_activation(_inside(str(one.run.folder), changed, place, pixels, one.run), answer)
        else:
            with st.spinner("Hiding one place after the other …"):
                heat = _heat(str(one.run.folder), changed, place, pixels, one.run)
    except (RunError, OSError):
        st.warning(
            f"{shared.plain(one.name)} has no usable model file any more, so it can't show where it looks: train it "
            "again.",
            icon=":material/warning:",
        )
        return
    shown = st.container()
    opacity = st.slider("How much the map covers the picture", 0.0, 1.0, OPACITY, 0.05, format="percent", key="opacity")
    with shown:
        st.image(
            tile(overlay(pixels, heat, opacity), 3 * SIZE, 3 * SIZE),
            width=3 * SIZE,
            alt=f"The same picture as the models get it, {SIZE} × {SIZE} pixels, under a map of where {one.name} looks",
        )
    words = activation_words if way == OWN else look_words
    st.caption(shared.plain(words(one.classes[answer], probability if answer else 1 - probability, heat)))
    with st.expander("What its first filters find", icon=":material/grain:"), shared.errors():
        _filters(_inside(str(one.run.folder), changed, place, pixels, one.run), one.name)


def _way() -> str:
    """Let the reader choose how the map is made, where there are two ways."""
    chosen = st.segmented_control(
        "How it is found",
        (OWN, HIDING),
        default=OWN,
        required=True,
        key="how",
        bind="query-params",
        help="model4 adds up what it finds at each of 5 × 5 places, so what every place adds is known exactly. Hiding "
        "one place after the other works for any model.",
    )
    return chosen or OWN


def _filters(seen: inside.Inside, name: str) -> None:
    """Show the first convolution: what each of its filters finds in this picture."""
    number = len(seen.filters)
    st.image(inside.filter_sheet(seen), width="stretch", alt=f"What each of the first {number} filters of {name} finds")
    st.caption(
        f"The first layer looks at 3 × 3 pixels at a time. Each square is the answer of one of its {number} filters to "
        "the whole picture, bright where the filter finds its pattern: an edge, a colour, a texture. In the corner is "
        "the filter itself, nine weights for red, green and blue; grey means that a pixel counts nothing. A black "
        "square found nothing here."
    )


@st.cache_data(max_entries=200, show_spinner=False)
def _heat(folder: str, changed: int, picture: tuple[str, int], _pixels: np.ndarray, _run: Run) -> np.ndarray:
    return occlusion(predictors().get(_run).predict, _pixels)


@st.cache_data(max_entries=20, show_spinner=False)
def _inside(folder: str, changed: int, picture: tuple[str, int], _pixels: np.ndarray, _run: Run) -> inside.Inside:
    return inside.look_inside(_run.files.tflite, _pixels)
