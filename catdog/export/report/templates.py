"""Fill the HTML templates in this folder; all values put into them are escaped."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jinja2
    import plotly.graph_objects as go

TEMPLATES = Path(__file__).parent


def render_chart(chart: "go.Figure", title: str) -> str:
    """Return a chart as an HTML file of its own, with zoom and buttons that save it as SVG or PNG."""
    return render_template("chart.html", title=title, figure=chart_to_json(chart))


def render_template(template: str, **values: Any) -> str:
    """Return a template filled with values, and with plotly's script, so that the file needs no other.

    Args:
        template: File name of a template in this folder.
        **values: Values for the template's variables.
    """
    from plotly.offline import get_plotlyjs

    return _environment().get_template(template).render(plotly=get_plotlyjs(), **values)


def chart_to_json(chart: "go.Figure") -> str:
    """Return a figure as JSON to stand in a <script>: "<" is written so that no text of a user ends the script."""
    figure = json.loads(chart.to_json(validate=False))
    figure["layout"].setdefault("template", {})
    return json.dumps(figure).replace("<", "\\u003c")


@cache
def _environment() -> "jinja2.Environment":
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
