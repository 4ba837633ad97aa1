"""Marks across learning curves: where something in the course of runs changed."""

from collections.abc import Sequence

from catdog.charts.series import Series
from catdog.charts.style import model_colour


def mark_fine_tuning(series: Sequence[Series], axis: str = "epoch") -> tuple[list[dict], list[dict]]:
    """Draw a thin dotted line where the fine-tuning of runs began, between two epochs.

    Args:
        series: The runs.
        axis: "epoch" or "seconds".

    Returns:
        Plotly's shapes, whose vertical extent is for the caller to add, and the labels, as its annotations; one of each
        for runs that began at the same place.
    """
    places: dict[float, str] = {}
    for run in series:
        positions = run.positions(axis)
        if 0 < run.tuned_after <= len(positions):
            place = positions[run.tuned_after - 1] + (0.5 if axis == "epoch" else 0.0)
            places.setdefault(place, model_colour(run.model))
    shapes, labels = [], []
    for place, colour in places.items():
        shapes.append({"type": "line", "x0": place, "x1": place, "line": {"color": colour, "width": 1, "dash": "dot"}})
        labels.append(
            {
                "text": "fine-tuning",
                "x": place,
                "xanchor": "left",
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": 11, "color": "#000000"},
                "bgcolor": colour,
                "borderpad": 2,
                "xshift": 3,
            }
        )
    return shapes, labels
