"""How the user wants the learning curves of the Compare page; the address keeps it."""

from dataclasses import dataclass

import streamlit as st

SMOOTHEST = 0.95
AXES = {"epochs": "epoch", "seconds": "seconds"}  # as the address and the page call them, and as the charts do


@dataclass(frozen=True)
class CurveSettings:
    """How the user wants the curves, see catdog.charts.plot_labelled_curves.

    Attributes:
        axis: "epoch" or "seconds".
        smoothing: 0..1.
        goals: Whether to draw goals.
        reference: Whether to draw the reference course's curves.
        average: Whether runs that differ in their seed only become one line.
    """

    axis: str
    smoothing: float
    goals: bool
    reference: bool
    average: bool


def choose_curves(can_average: bool) -> CurveSettings:
    """Draw the button that opens the settings of the curves, which the address keeps.

    Args:
        can_average: Whether some runs differ in the seed only.
    """
    with st.popover("Options", icon=":material/tune:"):
        axis = st.segmented_control(
            "Horizontal axis",
            list(AXES),
            default="epochs",
            required=True,
            key="along",
            bind="query-params",
            help="Seconds show what a score costs: one model may need minutes for what another reaches at once.",
        )
        smoothing = st.slider(
            "Smoothing",
            0.0,
            SMOOTHEST,
            0.0,
            0.05,
            key="smoothing",
            bind="query-params",
            help="Draws a running average, so that ups and downs do not hide the trend. The measured values stay, "
            "faint.",
        )
        goals = st.toggle("Goals", True, key="goals", bind="query-params")
        reference = st.toggle(
            "Reference course",
            False,
            key="notebook",
            bind="query-params",
            disabled=axis == "seconds",
            help="The reference course's validation accuracy, by epoch. It did not publish its training times.",
        )
        average = st.toggle(
            "Average over seeds",
            True,
            key="fold",
            bind="query-params",
            disabled=not can_average,
            help="Runs that differ only in their seed become one line: their mean, in a band from the lowest to the "
            "highest. The seed decides the first weights and the order of the images, which is luck.",
        )
    return CurveSettings(AXES.get(axis, "epoch"), smoothing, goals, reference, average and can_average)
