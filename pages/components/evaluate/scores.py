"""The scores of the runs that are judged: a row a run, and a row for each of its classes."""

from collections.abc import Sequence

import streamlit as st

from catdog.evaluation import accuracy_interval, calibration_curve, class_scores, precision_recall_curve, roc_curve
from catdog.utils.text import format_percent, join_names
from pages.components import markdown
from pages.components.evaluate.predictions import Judged


def score_table(judged: Sequence[Judged]) -> None:
    """Draw a row for each run: accuracy with its interval, loss, areas, calibration error; say what they are worth."""
    rows = [_row(one) for one in judged]
    column = st.column_config
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        alt="Scores of the chosen runs",
        column_config={
            "run": column.TextColumn("Run", pinned=True),
            "photos": column.NumberColumn("Pictures", format="localized"),
            "accuracy": column.NumberColumn(
                "Accuracy",
                format="%.1f %%",
                help="The share of pictures whose class it names rightly, at threshold 0.5.",
            ),
            "interval": column.TextColumn(
                "95 % interval",
                help="Where the accuracy on countless such pictures would lie: in 19 of 20 cases within this interval "
                "(after Wilson).",
            ),
            "loss": column.NumberColumn(
                "Loss", format="%.3f", help="Cross-entropy, lower is better: being sure and wrong costs most."
            ),
            "roc": column.NumberColumn(
                "ROC area",
                format="%.3f",
                help="1 is perfect, 0.5 is guessing: how often a picture of the second class gets a higher probability "
                "than one of the first.",
            ),
            "pr": column.NumberColumn(
                "Precision-recall area", format="%.3f", help="1 is perfect; see the curves further down."
            ),
            "error": column.NumberColumn(
                "Calibration error",
                format="%.1f points",
                help="By how much its “I am so sure” is off from how often it is right, on average; 0 is honest.",
            ),
        },
    )
    _say_how_little_it_decides(judged)


def _row(one: Judged) -> dict:
    labels, probabilities = one.answers.labels, one.answers.probabilities
    right = int(one.answers.right(0.5).sum())
    low, high = accuracy_interval(right, len(labels))
    both = len(set(labels.tolist())) == 2
    return {
        "run": one.name,
        "photos": len(labels),
        "accuracy": 100 * right / len(labels),
        "interval": f"{100 * low:.1f} to {100 * high:.1f} %",
        "loss": float(one.answers.losses.mean()),
        "roc": roc_curve(labels, probabilities).area if both else None,
        "pr": precision_recall_curve(labels, probabilities).area if both else None,
        "error": 100 * calibration_curve(labels, probabilities).error,
    }


def _say_how_little_it_decides(judged: Sequence[Judged]) -> None:
    """Say what the interval of the best run means, and which others lie in its reach."""
    best = max(judged, key=lambda one: one.answers.right(0.5).mean())
    number = len(best.answers)
    right = int(best.answers.right(0.5).sum())
    low, high = accuracy_interval(right, number)
    words = (
        f"{number:,} pictures decide little: each is worth {100 / number:.1f} points. **{markdown.escape(best.name)}**, "
        f"right on {format_percent(right / number)} of them, may be right on anything from {format_percent(low)} to {format_percent(high)} "
        "of countless such pictures."
    )
    close = []
    for one in judged:
        if one is not best and one.data == best.data:
            theirs = accuracy_interval(int(one.answers.right(0.5).sum()), number)
            if theirs[1] >= low:
                close.append(one.name)
    if close:
        words += (
            f" The interval of {markdown.escape(join_names(close))} overlaps with that, so these pictures alone don't decide "
            "which is better."
        )
    st.markdown(words)


def class_scores_table(judged: Sequence[Judged]) -> None:
    """Draw precision, recall and F1 of each run and class, and say in a sentence what each of them is."""
    one, other = judged[0].classes
    st.markdown(class_words(one, other))
    rows = []
    for each in judged:
        found = class_scores(each.answers.labels, each.answers.probabilities, 0.5)
        for name, score in zip(each.classes, found, strict=True):
            rows.append(
                {
                    "run": each.name,
                    "class": name,
                    "precision": _points(score.precision),
                    "recall": _points(score.recall),
                    "f1": _points(score.f1),
                    "support": score.support,
                }
            )
    column = st.column_config
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        alt="Precision, recall and F1 of each run for each class",
        column_config={
            "run": column.TextColumn("Run", pinned=True),
            "class": "Class",
            "precision": column.NumberColumn("Precision", format="%.1f %%"),
            "recall": column.NumberColumn("Recall", format="%.1f %%"),
            "f1": column.NumberColumn("F1", format="%.1f %%"),
            "support": column.NumberColumn("Pictures", format="localized"),
        },
    )


def class_words(one: str, other: str) -> str:
    """Explain precision, recall and F1 by the example of class 1, called `other`; as Markdown."""
    one, other = markdown.escape(one), markdown.escape(other)
    return (
        f"- **Precision** of {other}: of all pictures that it calls {other}, how many really are. It falls with every "
        f"one of the {one} that is called {other}.\n"
        f"- **Recall** of {other}: of all {other}, how many it finds. It falls with every one that is called {one}.\n"
        "- **F1**: both in one number (their harmonic mean), which is low as soon as one of them is."
    )


def _points(share: float | None) -> float | None:
    return None if share is None else 100 * share
