"""Single HTML files made of the templates in this folder; whatever is put into them is escaped."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jinja2
    import plotly.graph_objects as go

TEMPLATES = Path(__file__).parent


def page(template: str, **values: Any) -> str:
    """Return the template of this name in this folder, filled with these values, plotly's script within it."""
    from plotly.offline import get_plotlyjs

    return _environment().get_template(template).render(plotly=get_plotlyjs(), **values)


def drawing(chart: "go.Figure") -> str:
    """Return a figure as JSON that can stand in a <script>: "<" is written in a way that ends no script."""
    figure = json.loads(chart.to_json(validate=False))
    figure["layout"].setdefault("template", {})
    return json.dumps(figure).replace("<", "\\u003c")


@cache
def _environment() -> "jinja2.Environment":
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
