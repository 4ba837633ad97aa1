"""The scores of the evaluated runs: a row for each run, and one for each of its classes."""

from collections.abc import Sequence

import streamlit as st

from catdog.datasets import TEST
from catdog.evaluation import (
    INTERVAL,
    MEANING_OF_P,
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
                help="The share of images that it classifies correctly at threshold 0.5. It is the kept model, scored "
                "once in float32.",
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
            "pr": column.NumberColumn("Precision–recall area", format="%.3f", help="1 is perfect; see the tab Curves."),
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
        "interval": f"{100 * low:.1f}–{100 * high:.1f}%",
        "loss": float(run.predictions.losses.mean()),
        "roc": roc_curve(labels, probabilities).area if both_classes else None,
        "pr": precision_recall_curve(labels, probabilities).area if both_classes else None,
        "error": 100 * calibration_curve(labels, probabilities).error,
    }


def _explain_uncertainty(runs: Sequence[EvaluatedRun], split: str) -> None:
    """Say how good the first choice is, how the others compare with it on the same images, and what that means."""
    first = max(runs, key=lambda run: run.run.selection_accuracy or 0.0)
    count, correct = len(first.predictions), int(first.predictions.correct().sum())
    low, high = accuracy_interval(correct, count)
    name = f"**{markdown.escape(first.name)}**"
    if len(runs) > 1 and first.run.selection_accuracy is not None:
        name += ", the best on validation images,"
    st.markdown(
        f"{name} is right on {format_percent(correct / count)} of {count:,} {split} images (95% confidence interval "
        f"{100 * low:.1f}–{100 * high:.1f}%)."
    )
    others = [run for run in runs if run is not first and run.data == first.data]
    explanations = [_describe_split(split, runs), f"One image is {100 / count:.1f} points. {INTERVAL}"]
    if others:
        title = f"{first.name} and each of the other {len(others)}, on the same images"
        few = len(others) <= FEW
        place = st.container() if few else st.expander(markdown.escape(title), icon=":material/balance:")
        with place, page.show_errors():
            tests = [(run.name, mcnemar(first.predictions, run.predictions)) for run in others]
            sentences = [f"- {markdown.escape(describe_mcnemar(first.name, name, test))}" for name, test in tests]
            st.markdown("\n".join(sentences))
            explanations += [MEANING_OF_P, warn_about_many(len(tests)), SCOPE]
    with st.expander("What these numbers can show", icon=":material/help:"):
        st.markdown("\n".join(f"- {explanation}" for explanation in explanations if explanation))


def _describe_split(split: str, runs: Sequence[EvaluatedRun]) -> str:
    """Say why scores on the test images are the fair ones."""
    if split == TEST:
        return (
            "The test images were used for nothing else. So this is a fair estimate, unless you choose a run by it. "
            "(In the reference course some test photos were validation photos too; here none is.)"
        )
    if any(run.run.config.restore_best for run in runs):
        favored = ", and the best run too, which favors it here" if len(runs) > 1 else ""
        return (
            f"The validation images chose each run's kept epoch{favored}. So these scores are slightly optimistic; "
            "the test images give a fair estimate."
        )
    return "For a fair comparison with other runs, look at the test images."


def show_class_scores(runs: Sequence[EvaluatedRun]) -> None:
    """Draw precision, recall and F1 of each run and class, and say in a sentence what each of them is."""
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
    st.markdown(f"{_explain_class_scores(*runs[0].classes)}\n\nAll at threshold 0.5.")


def _explain_class_scores(first: str, second: str) -> str:
    """Explain precision, recall and F1 by the example of the second class, as Markdown."""
    first, second = markdown.escape(first), markdown.escape(second)
    return (
        f"- **Precision** of {second}: of all images that it calls {second}, how many really are.\n"
        f"- **Recall** of {second}: of all {second}, how many it finds and does not call {first}.\n"
        "- **F1**: both in one number (their harmonic mean), which is low as soon as one of them is."
    )


def _to_percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
