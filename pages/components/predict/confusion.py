"""How the models do on images whose labels are known: accuracy and confusion matrix of each."""

from collections.abc import Mapping, Sequence

import streamlit as st

from catdog.inference.batch import ConfusionCounts, ImagePredictions, count_confusion
from catdog.inference.prediction import UNSURE, Thresholds
from catdog.runs import Run
from catdog.utils.text import format_percent
from pages.components import markdown
from pages.components.glossary import with_links

MANY = 12  # labelled images, above which the scores are open at first
FEW = 30  # labelled images, below which one decides much


def show_confusion(runs: Mapping[str, Run], rows: Sequence[ImagePredictions], thresholds: Thresholds) -> None:
    """Draw each run's accuracy and confusion matrix if at least two images have labels, else nothing.

    Args:
        runs: {name: run}, in the order of each row's predictions.
        rows: The images' predictions.
        thresholds: Between which a prediction counts as not sure.
    """
    counts = {name: count_confusion(rows, index, thresholds) for index, name in enumerate(runs)}
    counts = {name: count for name, count in counts.items() if count is not None and count.total > 1}
    if not counts:
        return
    total = max(count.total for count in counts.values())
    with st.expander(f"Scores on the {total} labelled images", expanded=total > MANY, icon=":material/checklist:"):
        grid = st.grid(min(2, len(counts)), min_column_width=330)
        for name, count in counts.items():
            with grid.cell(), st.container(border=True, horizontal=True, vertical_alignment="center"):
                _confusion(name, count)
        few = f" With only {total} images, one more mistake changes the accuracy a lot." if total < FEW else ""
        st.caption(
            with_links(
                "Accuracy is the share of correct answers at a threshold of 50%. The table is a confusion matrix, with "
                f"a row for each label and a column for each answer; “{UNSURE}” lies between your thresholds.{few}"
            )
        )


def _confusion(name: str, count: ConfusionCounts) -> None:
    sure = f"{format_percent(count.accuracy_when_sure)} of {count.sure} when sure" if count.sure else "never sure"
    with st.container(width=150, gap="xxsmall"):
        st.metric(markdown.escape(name), format_percent(count.accuracy))
        st.caption(f"{count.correct} of {count.total} right  \n{sure}")
    upper, lower = (markdown.escape(label) for label in count.classes)
    (a, b, c), (d, e, f) = count.counts.tolist()
    st.markdown(
        f"| labelled | said {upper} | said {lower} | {UNSURE} |\n"
        "|:--|--:|--:|--:|\n"
        f"| {upper} | **{a}** | {b} | {c} |\n"
        f"| {lower} | {d} | **{e}** | {f} |",
        width="content",
    )
