"""One run at one threshold: its confusion matrix, whose cells open, the curves, and the pictures behind them."""

from collections.abc import Sequence

import streamlit as st

from catdog.datasets import Dataset
from catdog.evaluation import class_scores, confusion_matrix
from catdog.utils.text import format_percent
from pages.components import markdown, page
from pages.components.evaluate.confusion_matrix import matrix
from pages.components.evaluate.curves import curves
from pages.components.evaluate.gallery import photos
from pages.components.evaluate.image_dialog import show_look_of_the_address
from pages.components.evaluate.predictions import Judged
from pages.components.run_picker import choose_one


def focus(judged: Sequence[Judged], dataset: Dataset, split: str) -> None:
    """Draw the section; runs by itself where the threshold moves or a cell is opened."""
    st.header("Which mistakes, at which threshold", anchor=False)
    names = {one.run.id: one.name for one in judged}
    left, right = st.columns(2, vertical_alignment="bottom", gap="medium")
    with left:
        chosen = choose_one("The run in focus", names, "focus") if len(names) > 1 else judged[0].run.id
        if len(names) == 1:
            st.markdown(f"The run in focus: **{markdown.escape(judged[0].name)}**")
    one = next(each for each in judged if each.run.id == chosen)
    with right:
        threshold = st.slider(
            "Threshold",
            min_value=0.0,
            max_value=1.0,
            value=0.5,
            step=0.01,
            key="threshold",
            bind="query-params",
            help="Usually one half. Move it to see one kind of mistake become rarer and the other more frequent.",
        )
    first, second = (markdown.escape(name) for name in one.classes)
    st.markdown(
        f"The model gives each picture a probability of being one of the {second}. Where that is above the threshold, "
        f"its answer is {second}, otherwise {first}. The **confusion matrix** counts what became of the pictures of "
        "either label; each cell opens its pictures."
    )
    alike = [each for each in judged if each.data == one.data]
    table, scores = st.columns([3, 2], gap="medium")
    with table:
        matrix(confusion_matrix(one.answers.labels, one.answers.probabilities, threshold), one.classes)
    with scores:
        _scores(one, threshold)
    curves(one, alike, threshold)
    photos(one, alike, dataset, split, threshold)
    show_look_of_the_address(sorted(alike, key=lambda each: each is not one), dataset, threshold)


def _scores(one: Judged, threshold: float) -> None:
    """Show accuracy, and each class's precision and recall, at the threshold."""
    found = class_scores(one.answers.labels, one.answers.probabilities, threshold)
    st.metric("Accuracy at this threshold", format_percent(float(one.answers.right(threshold).mean())))
    for name, score in zip(one.classes, found, strict=True):
        cells = page.row(2, 110)
        cells[0].metric(f"Precision of {markdown.escape(name)}", format_percent(score.precision))
        cells[1].metric(f"Recall of {markdown.escape(name)}", format_percent(score.recall))
    if any(score.precision is None for score in found):
        st.caption("No precision (–): at this threshold no picture gets that answer.")
