"""One chart as a page of its own, with buttons that save it as a picture."""

from typing import TYPE_CHECKING

from catdog.export.report.pages import drawing, page

if TYPE_CHECKING:
    import plotly.graph_objects as go


def render_chart(chart: "go.Figure", title: str) -> str:
    """Return a whole HTML file that shows the chart, which can be zoomed, and saves it as SVG or PNG."""
    return page("chart.html", title=title, figure=drawing(chart))
