"""Charts: plain data in, a plotly Figure out; nothing here knows of Streamlit."""

from catdog.charts.architecture import drawings, shape_words
from catdog.charts.bars import plot_class_counts, plot_probabilities
from catdog.charts.evaluation import Line, precision_recall_chart, reliability_chart, roc_chart
from catdog.charts.learning_curves import METRICS, plot_learning_curves, plot_panels
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
    "drawings",
    "goals_of",
    "model_colour",
    "plot_class_counts",
    "plot_learning_curves",
    "plot_panels",
    "plot_probabilities",
    "precision_recall_chart",
    "reliability_chart",
    "roc_chart",
    "shape_words",
]
