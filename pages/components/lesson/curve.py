"""A learning curve to draw before there is one: by clicks on a chart, or with three sliders."""

import streamlit as st

from catdog.charts import CONFIG
from catdog.charts.expected_curve import draw_through, plot_expected_curve
from catdog.utils.text import format_percent
from pages.components import page

CHART = "curve-chart"
START = 0.5  # accuracy at first, that of guessing
_POINTS = "curve-points"  # the session's key of {epoch: accuracy 0..1} of what was clicked or set


def draw_curve_input(epochs: int, low: float) -> list[list[float]] | None:
    """Draw the chart and the sliders; a slider that was not moved follows the curve.

    Args:
        epochs: The number of epochs.
        low: The lowest accuracy to choose, 0..1.

    Returns:
        [epoch, accuracy 0..1] for each epoch, or None as long as nothing was set.
    """
    points = {epoch: value for epoch, value in st.session_state.get(_POINTS, {}).items() if epoch <= epochs}
    through = {1: max(START, low)} | points
    curve = draw_through(sorted(through.items()), epochs)
    st.caption("Click in the chart to lead the curve through a point, or move the sliders.")
    st.plotly_chart(
        plot_expected_curve(sorted(through.items()), epochs, low),
        key=CHART,
        on_select=_take_click,
        selection_mode="points",
        config={**CONFIG, "displayModeBar": False},
        alt=f"The curve you expect: {', '.join(f'epoch {epoch} {format_percent(at, 0)}' for epoch, at in curve)}.",
    )
    at_sliders = sorted({1, (epochs + 1) // 2, epochs})
    for epoch, cell in zip(at_sliders, page.row(len(at_sliders), 90), strict=True):
        key = f"curve-epoch-{epoch}"
        st.session_state[key] = round(100 * curve[epoch - 1][1])
        cell.slider(
            f"Epoch {epoch}", round(100 * low), 100, format="%d%%", key=key, on_change=_take_slider, args=(epoch, key)
        )
    if not points:
        return None
    return [list(point) for point in curve]


def _take_click() -> None:
    """Lead the curve through the point that was clicked; what a browser sends may be anything."""
    selection = st.session_state.get(CHART, {}).get("selection", {})
    for point in selection.get("points", [])[-1:]:
        epoch, value = point.get("x"), point.get("y")
        if isinstance(epoch, int) and epoch >= 1 and isinstance(value, int | float) and 0 <= value <= 1:
            _set(epoch, float(value))


def _take_slider(epoch: int, key: str) -> None:
    _set(epoch, st.session_state[key] / 100)


def _set(epoch: int, value: float) -> None:
    st.session_state[_POINTS] = {**st.session_state.get(_POINTS, {}), epoch: value}


def forget_curve() -> None:
    """Forget what was drawn, once it is kept."""
    st.session_state.pop(_POINTS, None)
