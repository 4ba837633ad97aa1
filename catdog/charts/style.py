"""The colours and the layout that every chart shares, readable in light and dark and by the colour-blind."""

from types import MappingProxyType
from typing import Any

import plotly.graph_objects as go

#: Okabe–Ito colours: one for each class (label 0, label 1) and one for each model, the same in every chart.
CATS, DOGS = "#E69F00", "#0072B2"
CLASS_COLOURS = (CATS, DOGS)
MODEL_COLOURS = MappingProxyType(
    {"model1": "#009E73", "model2": "#CC79A7", "model3": "#D55E00", "model4": "#56B4E9"},
)
#: What is drawn apart from its model: a shade of the same hue, which stands out in light and dark, too.
VARIANT_COLOURS = MappingProxyType({"model4 fine-tuned": "#3A86E8", "model4 quick": "#8E6FD1"})
#: A grey with enough contrast on white and on black, for lines that belong to no class and no model.
NEUTRAL = "#808080"

#: What pages hand to st.plotly_chart: no logo, and no buttons without a use here (autoscale resets).
CONFIG = MappingProxyType(
    {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d", "resetScale2d"]},
)


def model_colour(model: str) -> str:
    """Return the colour of a model, or of a variant such as "model4 fine-tuned", by its name; grey for other names."""
    return VARIANT_COLOURS.get(model) or MODEL_COLOURS.get(model, NEUTRAL)


def base_layout(height: int, revision: str) -> dict[str, Any]:
    """Return the layout of all charts: transparent, small margins, legend below the plot (readable 400 pixels wide).

    Args:
        height: In pixels.
        revision: As long as it stays the same, a reader's zoom survives new data.
    """
    return {
        "height": height,
        "uirevision": revision,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 28, "b": 8},
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": -0.18,
            "yanchor": "top",
            "title": {"text": ""},
        },
    }


def new_figure(height: int, revision: str) -> go.Figure:
    """Return an empty figure with the look of `base_layout`; arguments as there."""
    return go.Figure(layout=base_layout(height, revision))
