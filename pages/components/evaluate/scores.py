"""The scores of the evaluated runs: a row for each run, and one for each of its classes."""

from collections.abc import Sequence

import streamlit as st

from catdog.evaluation import accuracy_interval, calibration_curve, class_scores, precision_recall_curve, roc_curve
from catdog.utils.text import format_percent, join_names
from pages.components import markdown
from pages.components.evaluate.predictions import EvaluatedRun


def show_scores(runs: Sequence[EvaluatedRun]) -> None:
    """Draw a row for each run: accuracy with its interval, loss, areas, calibration error; say what they are worth."""
    rows = [_row(run) for run in runs]
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
    _explain_uncertainty(runs)


def _row(run: EvaluatedRun) -> dict:
    labels, probabilities = run.predictions.labels, run.predictions.probabilities
    correct = int(run.predictions.correct().sum())
    low, high = accuracy_interval(correct, len(labels))
    both_classes = len(set(labels.tolist())) == 2
    return {
        "run": run.name,
        "photos": len(labels),
        "accuracy": 100 * correct / len(labels),
        "interval": f"{100 * low:.1f} to {100 * high:.1f} %",
        "loss": float(run.predictions.losses.mean()),
        "roc": roc_curve(labels, probabilities).area if both_classes else None,
        "pr": precision_recall_curve(labels, probabilities).area if both_classes else None,
        "error": 100 * calibration_curve(labels, probabilities).error,
    }


def _explain_uncertainty(runs: Sequence[EvaluatedRun]) -> None:
    """Say what the interval of the best run means, and which others lie within its reach."""
    best = max(runs, key=lambda run: run.predictions.correct().mean())
    count = len(best.predictions)
    correct = int(best.predictions.correct().sum())
    low, high = accuracy_interval(correct, count)
    text = (
        f"{count:,} pictures decide little: each is worth {100 / count:.1f} points. "
        f"**{markdown.escape(best.name)}**, right on {format_percent(correct / count)} of them, may be right on "
        f"anything from {format_percent(low)} to {format_percent(high)} of countless such pictures."
    )
    close = []
    for run in runs:
        if run is not best and run.data == best.data:
            _, upper_end = accuracy_interval(int(run.predictions.correct().sum()), count)
            if upper_end >= low:
                close.append(run.name)
    if close:
        text += (
            f" The interval of {markdown.escape(join_names(close))} overlaps with that, so these pictures alone don't "
            "decide which is better."
        )
    st.markdown(text)


def show_class_scores(runs: Sequence[EvaluatedRun]) -> None:
    """Draw precision, recall and F1 of each run and class, and say in a sentence what each of them is."""
    st.markdown(_explain_class_scores(*runs[0].classes))
    rows = []
    for run in runs:
        scores = class_scores(run.predictions.labels, run.predictions.probabilities)
        for name, class_score in zip(run.classes, scores, strict=True):
            rows.append(
                {
                    "run": run.name,
                    "class": name,
                    "precision": _to_percent(class_score.precision),
                    "recall": _to_percent(class_score.recall),
                    "f1": _to_percent(class_score.f1),
                    "support": class_score.support,
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


def _explain_class_scores(first: str, second: str) -> str:
    """Explain precision, recall and F1 by the example of the second class, as Markdown."""
    first, second = markdown.escape(first), markdown.escape(second)
    return (
        f"- **Precision** of {second}: of all pictures that it calls {second}, how many really are. It falls with "
        f"every one of the {first} that is called {second}.\n"
        f"- **Recall** of {second}: of all {second}, how many it finds. It falls with every one that is called "
        f"{first}.\n"
        "- **F1**: both in one number (their harmonic mean), which is low as soon as one of them is."
    )


def _to_percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
