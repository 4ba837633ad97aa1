"""Charts that keep their zoom, and which lines are hidden, while new data comes in.

Streamlit draws a chart anew whenever its figure changes and then forgets both; `uirevision` does not help, since
nothing of the old chart is left. So a small component tells Python what the reader did, and the next figure has it.
"""

import math
import pickle
from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from catdog.charts import CONFIG

LISTENER = """
export default function ({ data, setStateValue }) {
  let heard = null;
  const tell = (plot) => {
    const range = (axis) => (!axis || axis.autorange ? null : axis.range.slice());
    const hidden = plot.data.filter((line) => line.visible === "legendonly").map((line) => line.legendgroup);
    const { xaxis, yaxis, yaxis2, yaxis3 } = plot.layout;
    setStateValue("view", { x: range(xaxis), y: range(yaxis), y2: range(yaxis2), y3: range(yaxis3), hidden });
  };
  const listen = () => {
    const plot = document.querySelector(`.st-key-${data} .js-plotly-plot`);
    // A plot that is drawn anew has a new `on`, even if its element is the old one.
    if (!plot || !plot.on || plot.on === heard) return;
    heard = plot.on;
    plot.on("plotly_relayout", (change) => {
      if (Object.keys(change).some((name) => /^[xy]axis\\d*\\.(autorange|range)/.test(name))) tell(plot);
    });
    plot.on("plotly_restyle", () => tell(plot));
  };
  const observer = new MutationObserver(listen);
  observer.observe(document.body, { childList: true, subtree: true });
  listen();
  return () => observer.disconnect();
}
"""


def shared_chart(plot: Callable[..., go.Figure], *data: Any) -> go.Figure:
    """Make a chart once for all browsers that show the same, as those of a class that watch one training do.

    Args:
        plot: The function that makes the chart.
        *data: Its arguments, which pickle can write.

    Returns:
        The chart, which must not be changed.
    """
    return _cached_chart(plot.__qualname__, pickle.dumps(data), plot, data)


@st.cache_resource(max_entries=200, show_spinner=False)
def _cached_chart(name: str, key: bytes, _plot: Callable[..., go.Figure], _data: tuple) -> go.Figure:
    return _plot(*_data)


def zoomed_chart(chart: go.Figure, key: str, alt: str) -> None:
    """Draw a chart of lines that grow, in up to three panels, as the reader left it: same zoom, same lines hidden.

    Args:
        chart: The chart, as it is now.
        key: The chart's name, in lower case and hyphens; another key starts without zoom.
        alt: What it shows, for those who can't see it.
    """
    with st.container(gap=None):
        st.plotly_chart(_restore(chart, st.session_state.get(f"{key}-view")), key=key, config=dict(CONFIG), alt=alt)
        listener = st.components.v2.component("chart-view", js=LISTENER)
        listener(key=f"{key}-view", data=key, default={"view": None}, on_view_change=_keep)


def _keep() -> None:
    """Do nothing more: Streamlit keeps the state of a component only where something is called on its change."""


def _restore(chart: go.Figure, state: Any) -> go.Figure:
    """Return the chart with what the reader did; that comes from a browser, so what is no view is passed over."""
    view = state.get("view") if hasattr(state, "get") else None
    if not hasattr(view, "get"):
        return chart
    chart = go.Figure(chart)  # others see the same one
    for axis in ("x", "y", "y2", "y3"):
        ends = view.get(axis)
        if isinstance(ends, list) and len(ends) == 2 and all(map(_is_number, ends)):
            chart.layout[f"{axis[0]}axis{axis[1:]}"].range = ends
    hidden = view.get("hidden") if chart.layout.showlegend is not False else None  # nothing could bring it back
    for trace in chart.data:
        if isinstance(hidden, list) and trace.legendgroup in hidden:
            trace.visible = "legendonly"
    return chart


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
