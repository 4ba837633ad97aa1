"""Charts: plain data in, a plotly Figure out; nothing here knows Streamlit."""

from catdog.charts.architecture import describe_shape, plot_architecture
from catdog.charts.bars import plot_class_counts, plot_probabilities
from catdog.charts.evaluation import Line, plot_precision_recall, plot_reliability, plot_roc
from catdog.charts.labelled_curves import plot_labelled_curves
from catdog.charts.ladder import Rung, plot_ladder
from catdog.charts.learning_curves import METRICS, plot_learning_curves, plot_panels
from catdog.charts.live_curve import LiveSeries, plot_live_curve
from catdog.charts.series import Goal, Series, list_goals
from catdog.charts.style import CATS, CONFIG, DOGS, MODEL_COLOURS, NEUTRAL, model_colour

__all__ = [
    "CATS",
    "CONFIG",
    "DOGS",
    "METRICS",
    "MODEL_COLOURS",
    "NEUTRAL",
    "Goal",
    "Line",
    "LiveSeries",
    "Rung",
    "Series",
    "describe_shape",
    "list_goals",
    "model_colour",
    "plot_architecture",
    "plot_class_counts",
    "plot_labelled_curves",
    "plot_ladder",
    "plot_learning_curves",
    "plot_live_curve",
    "plot_panels",
    "plot_precision_recall",
    "plot_probabilities",
    "plot_reliability",
    "plot_roc",
]
