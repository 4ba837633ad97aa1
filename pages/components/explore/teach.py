"""The view "Teach": a head fitted at once to a handful of photos, what it then answers, and what more photos bring."""

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from catdog.charts import CONFIG
from catdog.charts.map import group_by_answer, plot_map
from catdog.charts.teaching_curve import plot_teaching_curve
from catdog.datasets import TRAINING, VALIDATION, Catalog, Dataset
from catdog.errors import DataError
from catdog.features.projection import Projection
from catdog.features.store import FeatureStore
from catdog.features.teaching import Step, draw_sample, fit_taught, get_curve
from catdog.utils.class_names import name_single
from catdog.utils.text import format_confidence, format_percent
from pages.components import markdown, state
from pages.components.explore.answers import fits_memory
from pages.components.explore.chart import draw_chart
from pages.components.explore.lesson import OWN, Lesson, draw_lesson, teach_with
from pages.components.explore.map import get_projection
from pages.components.explore.own_photos import forget_own
from pages.components.glossary import with_links
from pages.components.jobs import poll_progress
from pages.components.photo_tiles import draw_tiles

TILES, SHOWN, RINGS = 12, 16, 200  # photos asked, photos taught, and rings on the map, at most
WHY = (
    "The backbone, MobileNetV2, stays as it is. Only the last layer is fitted, 1,280 weights and a bias, by logistic "
    "regression on the photos you teach with. That takes milliseconds, so it is done again at every change. The "
    "validation photos are never taught, so their accuracy says what the model has understood."
)


def draw_teaching(dataset: Dataset, store: FeatureStore, row: DeltaGenerator) -> None:
    """Draw the view.

    Args:
        dataset: The images, with what is excluded marked.
        store: Their features.
        row: Where the controls go.
    """
    catalog = dataset.catalog
    with row:
        lesson = draw_lesson(catalog)
    projection = get_projection(store)
    if projection is None:
        return
    own_features = [photo.features[np.newaxis] for photo in lesson.own]
    labels = np.append(catalog.labels[lesson.rows], [photo.label for photo in lesson.own]).astype(np.int64)
    left, right = st.columns([2, 3], gap="medium")
    try:
        head = fit_taught(np.concatenate([store.values[lesson.rows], *own_features]), labels)
    except DataError:
        answers = None
        left.info("Teach with at least one photo of each class.", icon=":material/school:")
    else:
        answers = head.predict(store.values)
    with left:
        accuracy = _draw_accuracy(catalog, answers, labels)
        _draw_curve(catalog, store, accuracy, len(labels) / 2)
        if answers is not None:
            _draw_answers(dataset, answers)
    with right:
        _draw_chart(catalog, projection, lesson, answers)
    _draw_taught(dataset, lesson)
    with st.expander("What happens when you teach", icon=":material/help:"):
        st.markdown(WHY)


def _draw_accuracy(catalog: Catalog, answers: np.ndarray | None, labels: np.ndarray) -> float | None:
    """Draw the validation accuracy and what it was taught with; return it."""
    counts = [int((labels == label).sum()) for label in (0, 1)]
    words = " and ".join(
        f"{count:,} {name_single(name) if count == 1 else name}"
        for count, name in zip(counts, catalog.classes, strict=True)
    )
    rows = catalog.indices(VALIDATION)
    accuracy = None if answers is None else float(((answers[rows] > 0.5) == catalog.labels[rows]).mean())
    with st.container(key="teach-accuracy", gap="xxsmall"):
        st.metric("Validation accuracy", "–" if accuracy is None else format_percent(accuracy))
        st.caption(f"Taught with {markdown.escape(words)}. Asked about {len(rows):,} new photos.")
    return accuracy


def _draw_curve(catalog: Catalog, store: FeatureStore, accuracy: float | None, each: float) -> None:
    """Draw what more photos bring; measured once, in the background."""
    if not fits_memory(catalog, "The learning curve"):
        return
    training, validation = catalog.indices(TRAINING), catalog.indices(VALIDATION)
    key = ("curve", store.path, hash(catalog.labels.tobytes()), hash(catalog.splits.tobytes()))
    job = state.jobs().reuse_or_start(
        key, lambda progress: get_curve(store, catalog.labels, training, validation, progress)
    )
    with st.container(key="teach-curve", height=185, border=False):
        if job.active:
            poll_progress(job)
        elif isinstance(job.error, DataError):
            st.error(markdown.escape(str(job.error)), icon=":material/error:")
        elif job.error is not None:
            raise job.error
        else:
            own = None if accuracy is None else (each, accuracy)
            st.plotly_chart(
                plot_teaching_curve(job.result, own),
                key="teach-curve-chart",
                config={**CONFIG, "displayModeBar": False},
                alt=f"Validation accuracy by the number of labelled photos a class: {_describe_steps(job.result)}.",
            )


def _describe_steps(steps: tuple[Step, ...]) -> str:
    return ", ".join(f"{step.count:,}: {format_percent(step.mean)}" for step in steps)


def _draw_chart(catalog: Catalog, projection: Projection, lesson: Lesson, answers: np.ndarray | None) -> None:
    """Draw the map with what the head answers for each photo; those it was taught with have a ring."""
    called = np.full(len(catalog), -1) if answers is None else (answers > 0.5).astype(np.int64)
    groups = group_by_answer(catalog.classes, catalog.labels, called)
    places = [projection.points[lesson.rows], *[projection.place(photo.features)[np.newaxis] for photo in lesson.own]]
    marked = [("taught", np.concatenate(places))] if len(lesson) <= RINGS else []  # more would hide the answers
    chart = plot_map(projection.points, groups, marked=marked)
    counts = ", ".join(f"{len(group.rows):,} {group.name}" for group in groups)
    draw_chart(
        chart,
        "teach-chart",
        f"A map of the photos and what the model, taught with {len(lesson)} of them, calls each: {counts}.",
        catalog,
        lambda rows: teach_with(catalog, rows),
    )
    st.caption(with_links("A cross is a wrong answer. Draw around photos with the lasso to teach with them."))


def _draw_answers(dataset: Dataset, answers: np.ndarray) -> None:
    """Draw what the head answers for a dozen validation photos, always the same."""
    catalog = dataset.catalog
    rows = draw_sample(catalog.labels, catalog.indices(VALIDATION), TILES // 2, 0).tolist()
    st.markdown("**What it says of photos it has never seen**")
    lines = [_describe_answer(catalog, row, float(answers[row])) for row in rows]
    draw_tiles(dataset, rows, lines, "asked", width=76)


def _describe_answer(catalog: Catalog, row: int, probability: float) -> str:
    """Return whether the answer is right, and how sure it is, as Markdown of one line."""
    answer = int(probability > 0.5)
    icon = "check" if answer == catalog.labels[row] else "close"
    confidence = format_confidence(max(probability, 1 - probability), 0)
    return f":material/{icon}: {markdown.escape(catalog.classes[answer])} {confidence}"


def _draw_taught(dataset: Dataset, lesson: Lesson) -> None:
    """Draw the photos it was taught with, some where there are many."""
    rows = lesson.rows[:SHOWN].tolist()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header("What it was taught with", anchor=False)
        if lesson.own:
            st.button("Remove your photos", on_click=forget_own, args=(OWN,), icon=":material/delete:")
    if lesson.own:
        grid = st.grid(8, min_column_width=72, gap="xsmall")
        for photo in lesson.own[:SHOWN]:
            with grid.cell():
                st.image(photo.tile, width="stretch", alt=f"Your photo {photo.name}")
                st.caption(markdown.escape(dataset.catalog.classes[photo.label]))
    names = [dataset.catalog.classes[int(dataset.catalog.labels[row])] for row in rows]
    draw_tiles(dataset, rows, [markdown.escape(name) for name in names], "taught", columns=8, width=72)
    if len(lesson.rows) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(lesson.rows):,}.")
