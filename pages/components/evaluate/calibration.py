"""Calibration: whether probabilities come true, and a lesson in how far a run's confidence can be trusted."""

from collections.abc import Sequence

import streamlit as st

from catdog.charts import CONFIG, plot_reliability
from catdog.datasets import TEST, VALIDATION
from catdog.evaluation import (
    Predictions,
    TemperatureScaling,
    compute_track_record,
    scale_temperature,
)
from catdog.evaluation.track_record import FEWEST
from catdog.utils.text import format_percent
from pages.components import markdown, page
from pages.components.evaluate.curves import NEEDS_BOTH, has_both_classes, make_reliability_line, show_chart
from pages.components.evaluate.predictions import EvaluatedRun
from pages.components.glossary import with_links

NARROWEST = 320  # pixels of either half on the screen


def show_calibration(focus: EvaluatedRun, runs: Sequence[EvaluatedRun]) -> None:
    """Draw the reliability diagram of all runs, and a lesson about the run in focus, folded at first.

    Args:
        focus: The run in focus.
        runs: All runs that are evaluated on the same images.
    """
    if has_both_classes(focus):
        _show_reliability(runs, focus.classes[1])
    else:
        st.info(NEEDS_BOTH, icon=":material/info:")
    _show_lesson(focus)


def _show_reliability(runs: Sequence[EvaluatedRun], second: str) -> None:
    lines = [make_reliability_line(run.name, run.model, run.predictions) for run in runs]
    show_chart(
        "Calibration",
        plot_reliability(lines, second),
        "reliability",
        lines,
        f"Of the images given 80% for {markdown.escape(second)}, 8 in 10 should be {markdown.escape(second)}. The "
        "number in the legend is how far off a run is on average (the expected calibration error).",
    )
    st.caption(
        with_links(
            "A line flatter than the diagonal means the model is overconfident; a steeper one, underconfident. A large "
            "dot stands for many images; small ones jump about by chance."
        )
    )


def _show_lesson(focus: EvaluatedRun) -> None:
    """Draw the lesson; one sentence where there are no images to learn it from."""
    with st.expander(
        f"Lesson: can you trust the confidence of {markdown.escape(focus.name)}?", icon=":material/thermostat:"
    ):
        validation, test = focus.parts[VALIDATION], focus.parts[TEST]
        if not len(validation) or not len(test):
            st.markdown("This needs predictions for validation and for test images.")
            return
        _show_track_record(focus.name, test)
        scaling = scale_temperature(validation, test)
        st.markdown(_explain(scaling, len(validation), len(test)))
        left, right = page.row(2, NARROWEST)
        with left:
            _show_chart(focus, test, scaling)
        with right:
            _show_scores(scaling)


def _show_track_record(name: str, test: Predictions) -> None:
    """Draw how often the run was confident on its test images, and how often right."""
    st.markdown(
        f"**Track record.** How confident {markdown.escape(name)} was of its answers to the {len(test):,} test images, "
        f"and how often it was right. Below {FEWEST} images no share is given, since it would mean little."
    )
    st.dataframe(
        [
            {
                "confidence": band.words,
                "images": band.count,
                "right": band.correct,
                "share": format_percent(band.accuracy),
            }
            for band in compute_track_record(test)
        ],
        hide_index=True,
        width="content",
        height="content",
        alt="How often the run was right, by its confidence",
        column_config={
            "confidence": "When it said",
            "images": st.column_config.NumberColumn("Test images", format="localized"),
            "right": st.column_config.NumberColumn("Right", format="localized"),
            "share": "Right in",
        },
    )


def _explain(scaling: TemperatureScaling, fitted_on: int, applied_to: int) -> str:
    """Say in Markdown what temperature scaling is, which temperature was fitted, and what it does not change."""
    temperature = scaling.temperature
    if scaling.at_limit:
        verdict = "No temperature is the best here, so the search ended at its limit and the lesson fails."
    elif temperature > 1:
        verdict = "It is over 1: the model is overconfident on these images, so its confidence is lowered."
    else:
        verdict = "It is not over 1: the model is not overconfident on these images."
    return (
        "**Temperature scaling** (Guo et al. 2017) divides the model's logit, the number before the sigmoid or "
        "softmax, by one temperature T. The T is chosen that makes the validation labels most probable (the smallest "
        f"negative log-likelihood). On {fitted_on:,} validation images that is **T = {temperature:.2f}**. {verdict}\n\n"
        f"What it does is judged on the {applied_to:,} test images. It can't change a predicted class, for a "
        "probability over one half stays over one half, and it keeps the order of the images. So accuracy and ROC area "
        "stay the same: the model becomes better at saying how far to trust it, not at telling the classes apart."
    )


def _show_chart(focus: EvaluatedRun, test: Predictions, scaling: TemperatureScaling) -> None:
    lines = [
        make_reliability_line("before", focus.model, test),
        make_reliability_line("after", focus.model, scaling.scaled),
    ]
    st.plotly_chart(
        plot_reliability(lines, focus.classes[1]),
        key="temperature",
        config={**CONFIG, "displayModeBar": False},
        alt="Calibration " + ", ".join(f"{line.name} ({line.note})" for line in lines),
    )


def _show_scores(scaling: TemperatureScaling) -> None:
    before, after = scaling.before, scaling.after
    values = [
        ("Calibration error", f"{100 * before.error:.1f} points", f"{100 * after.error:.1f} points"),
        ("Loss", f"{before.loss:.3f}", f"{after.loss:.3f}"),
        ("Accuracy", format_percent(before.accuracy), format_percent(after.accuracy)),
    ]
    if before.roc_area is not None and after.roc_area is not None:
        values.append(("ROC area", f"{before.roc_area:.3f}", f"{after.roc_area:.3f}"))
    st.dataframe(
        [{"": name, "before": old, "after": new} for name, old, new in values],
        hide_index=True,
        width="content",
        height="content",
        alt="Scores on the test images before and after temperature scaling",
        column_config={"before": "Before", "after": "After"},
    )
    st.caption(
        with_links(
            "The calibration error is never quite 0: a perfectly calibrated model would show about "
            f"{100 * scaling.chance_error:.1f} points on these test images, by chance alone. A difference within that "
            "proves nothing."
        )
    )
