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


def shared_chart(make: Callable[..., go.Figure], *shown: Any) -> go.Figure:
    """Return make(*shown), made once for all browsers that show the same: of one training, everybody's curves are.

    shown: what pickle can write. The chart must not be changed.
    """
    return _made(make.__qualname__, pickle.dumps(shown), make, shown)


@st.cache_resource(max_entries=200, show_spinner=False)
def _made(name: str, key: bytes, _make: Callable[..., go.Figure], _shown: tuple) -> go.Figure:
    return _make(*_shown)


def zoomed_chart(chart: go.Figure, key: str, alt: str) -> None:
    """Draw a chart of lines that grow, in up to three panels, as the reader left it: same zoom, same lines hidden.

    key: names the chart, in lower case and hyphens; another key starts with the whole view. alt: what it shows.
    """
    with st.container(gap=None):
        st.plotly_chart(_restored(chart, st.session_state.get(f"{key}-view")), key=key, config=dict(CONFIG), alt=alt)
        listener = st.components.v2.component("chart-view", js=LISTENER)
        listener(key=f"{key}-view", data=key, default={"view": None}, on_view_change=_keep)


def _keep() -> None:
    """Do nothing more: Streamlit keeps the state of a component only where something is called on its change."""


def _restored(chart: go.Figure, state: Any) -> go.Figure:
    """Return the chart with what the reader did; that comes from a browser, so what is no view is passed over."""
    view = state.get("view") if hasattr(state, "get") else None
    if not hasattr(view, "get"):
        return chart
    chart = go.Figure(chart)  # others see the same one
    for axis in ("x", "y", "y2", "y3"):
        ends, there = view.get(axis), f"{axis[0]}axis{axis[1:]}"
        if isinstance(ends, list) and len(ends) == 2 and all(map(_is_number, ends)):
            chart.layout[there].range = ends
    hidden = view.get("hidden")
    for trace in chart.data:
        if isinstance(hidden, list) and trace.legendgroup in hidden:
            trace.visible = "legendonly"
    return chart


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
