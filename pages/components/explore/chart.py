"""The map as a chart: select on it with lasso, box or a click; the photo under the pointer is shown beside it."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from catdog.charts.map import HEIGHT
from catdog.datasets import Catalog
from pages.components.styles import apply_styles
from pages.components.thumbnail_route import PATH

_DRAWN = "maps-drawn"  # the session's key of how often the maps were drawn anew
# Named one by one, since Streamlit takes lasso and box from the charts whose selections it does not hear of itself.
CONFIG = {
    "displaylogo": False,
    "displayModeBar": True,
    "modeBarButtons": [["lasso2d", "select2d", "pan2d", "zoom2d"], ["zoomIn2d", "zoomOut2d", "autoScale2d"]],
}
# The theme's own ink in charts is too faint to read.
LOOK = """
.js-plotly-plot :is(.cbaxis text, .cbtitle text) { fill: currentColor !important; }
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-map-"]) { height: auto !important; }
[class*="st-key-map-"] { height: clamp(340px, 100vh - 340px, 600px) !important; flex: none !important; }
@media (max-width: 640px) { [class*="st-key-map-"] { height: 350px !important; } }
"""
HOVER_LOOK = """
.hover-photo { position: fixed; z-index: 1000; margin: 0; padding: 6px; width: 172px; pointer-events: none;
  background: var(--st-background-color); color: var(--st-text-color); border: 1px solid var(--st-border-color);
  border-radius: 8px; font-size: 12px; overflow-wrap: anywhere; }
.hover-photo[hidden] { display: none; }
.hover-photo img { display: block; width: 160px; height: 160px; object-fit: contain; }
"""


def draw_chart(chart: go.Figure, key: str, alt: str, catalog: Catalog, on_select: Callable[[np.ndarray], None]) -> None:
    """Draw a map.

    Args:
        chart: The map, see `catdog.charts.map`.
        key: The chart's name, in lower case and hyphens. Once `forget_marks` was called, the browser draws it anew.
        alt: What it shows, for those who can't see it.
        catalog: Of the images.
        on_select: Called with the rows that were selected, int64 (K,), none where the selection was removed.
    """
    apply_styles(LOOK)
    widget = f"{key}-{st.session_state.get(_DRAWN, 0)}"
    with st.container(key=f"map-{key}", height=HEIGHT, border=False, gap=None):
        st.plotly_chart(chart, height="stretch", key=widget, config=dict(CONFIG), alt=alt)
        address = f"{PATH}?{urlencode({'data': catalog.source, 'of': catalog.fingerprint})}"
        listener = st.components.v2.component("map-listener", js=_read_script(), css=HOVER_LOOK)
        listener(
            key=f"{key}-listener",
            data={"chart": f"map-{key}", "address": address, "names": "\n".join(catalog.paths)},
            on_marked_change=lambda: on_select(_read_marked(f"{key}-listener", len(catalog))),
        )


def forget_marks() -> None:
    """Let the browser forget what the mouse has marked on the maps; a chart that stays the same keeps it otherwise."""
    st.session_state[_DRAWN] = st.session_state.get(_DRAWN, 0) + 1


@cache
def _read_script() -> str:
    return Path(__file__).with_name("hover.js").read_text(encoding="utf-8")


def _read_marked(key: str, count: int) -> np.ndarray:
    """Return the rows that were clicked or drawn around; what comes from a browser and is no row is passed over."""
    state = st.session_state.get(key)
    values = state.get("marked") if hasattr(state, "get") else None
    rows = {value for value in values or [] if isinstance(value, int) and 0 <= value < count}
    return np.array(sorted(rows), np.int64)
