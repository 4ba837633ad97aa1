"""Charts: plain data in, a plotly Figure out; nothing here knows of Streamlit."""

from catdog.charts.architecture import drawings, shape_words
from catdog.charts.bars import class_counts, probability_bars
from catdog.charts.evaluation import Line, precision_recall_chart, reliability_chart, roc_chart
from catdog.charts.learning_curves import METRICS, panels, plot_learning_curves
from catdog.charts.series import Goal, Series, goals_of
from catdog.charts.style import CATS, CONFIG, DOGS, MODELS, NEUTRAL, model_colour

__all__ = [
    "CATS",
    "CONFIG",
    "DOGS",
    "METRICS",
    "MODELS",
    "NEUTRAL",
    "Goal",
    "Line",
    "Series",
    "class_counts",
    "drawings",
    "goals_of",
    "model_colour",
    "panels",
    "plot_learning_curves",
    "precision_recall_chart",
    "probability_bars",
    "reliability_chart",
    "roc_chart",
    "shape_words",
]
