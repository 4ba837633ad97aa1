"""The scores of the evaluated runs: a row for each run, and one for each of its classes."""

from collections.abc import Sequence

import streamlit as st

from catdog.datasets import VALIDATION
from catdog.evaluation import (
    INTERVAL,
    SCOPE,
    accuracy_interval,
    calibration_curve,
    class_scores,
    describe_mcnemar,
    mcnemar,
    precision_recall_curve,
    roc_curve,
    warn_about_many,
)
from catdog.utils.text import format_percent
from pages.components import markdown, page
from pages.components.evaluate.predictions import EvaluatedRun

FEW = 3  # tests that are shown without being opened


def show_scores(runs: Sequence[EvaluatedRun], split: str) -> None:
    """Draw a row for each run: accuracy with its interval, loss, areas, calibration error; say what they are worth.

    Args:
        runs: The evaluated runs.
        split: Of the images.
    """
    rows = [_row(run) for run in runs]
    column = st.column_config
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        alt="Scores of the chosen runs",
        column_config={
            "run": column.TextColumn("Run", pinned=True),
            "photos": column.NumberColumn("Images", format="localized"),
            "accuracy": column.NumberColumn(
                "Accuracy",
                format="%.1f%%",
                help="The share of images that it classifies correctly, at threshold 0.5.",
            ),
            "interval": column.TextColumn(
                "95% interval",
                help=INTERVAL,
            ),
            "loss": column.NumberColumn(
                "Loss", format="%.3f", help="Cross-entropy, lower is better: being confident and wrong costs most."
            ),
            "roc": column.NumberColumn(
                "ROC area",
                format="%.3f",
                help="1 is perfect, 0.5 is guessing: how often an image of the second class gets a higher probability "
                "than one of the first.",
            ),
            "pr": column.NumberColumn(
                "Precision-recall area", format="%.3f", help="1 is perfect; see the curves further down."
            ),
            "error": column.NumberColumn(
                "Calibration error",
                format="%.1f points",
                help="By how much its probabilities are off from how often they come true, on average; 0 is perfect.",
            ),
        },
    )
    _explain_uncertainty(runs, split)


def _row(run: EvaluatedRun) -> dict:
    labels, probabilities = run.predictions.labels, run.predictions.probabilities
    correct = int(run.predictions.correct().sum())
    low, high = accuracy_interval(correct, len(labels))
    both_classes = len(set(labels.tolist())) == 2
    return {
        "run": run.name,
        "photos": len(labels),
        "accuracy": 100 * correct / len(labels),
        "interval": f"{100 * low:.1f} to {100 * high:.1f}%",
        "loss": float(run.predictions.losses.mean()),
        "roc": roc_curve(labels, probabilities).area if both_classes else None,
        "pr": precision_recall_curve(labels, probabilities).area if both_classes else None,
        "error": 100 * calibration_curve(labels, probabilities).error,
    }


def _explain_uncertainty(runs: Sequence[EvaluatedRun], split: str) -> None:
    """Say what the interval of the first choice means, and how the others compare with it on the same images."""
    first = max(runs, key=lambda run: run.run.selection_accuracy or 0.0)
    count, correct = len(first.predictions), int(first.predictions.correct().sum())
    low, high = accuracy_interval(correct, count)
    ranked = len(runs) > 1 and first.run.selection_accuracy is not None
    chosen = " (the highest validation accuracy of these runs)" if ranked else ""
    st.markdown(
        f"**{markdown.escape(first.name)}**{chosen} is right on {format_percent(correct / count)} of {count:,} {split} "
        f"images (95% confidence interval {format_percent(low)} to {format_percent(high)}). One image is "
        f"{100 / count:.1f} points. {INTERVAL}"
    )
    others = [run for run in runs if run is not first and run.data == first.data]
    if not others:
        return
    title = f"{first.name} and each of the other {len(others)}, on the same images"
    place = st.container() if len(others) <= FEW else st.expander(markdown.escape(title), icon=":material/balance:")
    with place, page.show_errors():
        tests = [(run.name, mcnemar(first.predictions, run.predictions)) for run in others]
        sentences = [f"- {markdown.escape(describe_mcnemar(first.name, name, test))}" for name, test in tests]
        st.markdown("\n".join(sentences))
        favored = "The validation images also chose this run, which favors it here." if split == VALIDATION else ""
        st.caption(" ".join(filter(None, [favored, warn_about_many(len(tests)), SCOPE])))


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
            "precision": column.NumberColumn("Precision", format="%.1f%%"),
            "recall": column.NumberColumn("Recall", format="%.1f%%"),
            "f1": column.NumberColumn("F1", format="%.1f%%"),
            "support": column.NumberColumn("Images", format="localized"),
        },
    )


def _explain_class_scores(first: str, second: str) -> str:
    """Explain precision, recall and F1 by the example of the second class, as Markdown."""
    first, second = markdown.escape(first), markdown.escape(second)
    return (
        f"- **Precision** of {second}: of all images that it calls {second}, how many really are. It falls with "
        f"every one of the {first} that is called {second}.\n"
        f"- **Recall** of {second}: of all {second}, how many it finds. It falls with every one that is called "
        f"{first}.\n"
        "- **F1**: both in one number (their harmonic mean), which is low as soon as one of them is."
    )


def _to_percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
