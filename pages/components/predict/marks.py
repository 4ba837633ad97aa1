"""How the models did on the pictures whose right answers are known: accuracy and a confusion matrix each."""

from collections.abc import Mapping, Sequence

import streamlit as st

from catdog.inference.batch import UNSURE, ConfusionCounts, ImagePredictions, Thresholds, count_confusion
from catdog.runs import Run
from catdog.utils.text import format_percent
from pages.components import markdown
from pages.components.predict.cards import MOST

FEW = 30


def show_marks(runs: Mapping[str, Run], rows: Sequence[ImagePredictions], thresholds: Thresholds) -> None:
    """Draw each run's accuracy and confusion matrix where at least two pictures have labels; else nothing."""
    found = {name: count_confusion(rows, number, thresholds) for number, name in enumerate(runs)}
    given = {name: one for name, one in found.items() if one is not None and one.total > 1}
    if not given:
        return
    total = max(one.total for one in given.values())
    with st.expander(
        f"How they did on the {total} pictures with a label", expanded=total > MOST, icon=":material/checklist:"
    ):
        grid = st.grid(min(2, len(given)), min_column_width=330)
        for name, one in given.items():
            with grid.cell(), st.container(border=True, horizontal=True, vertical_alignment="center"):
                _marks(name, one)
        few = f" {total} pictures are few, so a lucky or unlucky one changes much." if total < FEW else ""
        st.caption(
            "Accuracy is the share of right answers when every model must decide, at 50 %. The table is a confusion "
            "matrix: each row holds the pictures with one label, each column those with one answer; "
            f'"{UNSURE}" lies between your thresholds.{few}'
        )


def _marks(name: str, one: ConfusionCounts) -> None:
    sure = f"{format_percent(one.accuracy_when_sure)} of {one.sure} when sure" if one.sure else "never sure"
    with st.container(width=150, gap="xxsmall"):
        st.metric(markdown.escape(name), format_percent(one.accuracy))
        st.caption(f"{one.correct} of {one.total} right  \n{sure}")
    upper, lower = (markdown.escape(name) for name in one.classes)
    (a, b, c), (d, e, f) = one.counts.tolist()
    st.markdown(
        f"| labelled | said {upper} | said {lower} | {UNSURE} |\n"
        "|:--|--:|--:|--:|\n"
        f"| {upper} | **{a}** | {b} | {c} |\n"
        f"| {lower} | {d} | **{e}** | {f} |",
        width="content",
    )
