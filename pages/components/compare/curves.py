"""The learning curves of the Compare page: which metrics, by epoch or seconds, how smooth, with which other lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
import streamlit as st

from catdog.charts import METRICS, Series, list_goals, plot_panels
from catdog.comparison import (
    SeedGroup,
    average_seeds,
    describe_turn,
    describe_validation,
    find_run_turn,
    get_baseline,
    label_groups,
)
from catdog.models.published import CURVES
from catdog.runs import Run
from catdog.training import ACTIVE
from catdog.utils.text import format_percent, join_names
from pages.components import markdown
from pages.components.zoomable_chart import shared_chart, zoomed_chart

SMOOTHEST = 0.95
AXES = {"epochs": "epoch", "seconds": "seconds"}  # as the address and the page call them, and as the charts do

Histories = Mapping[str, Mapping[str, Sequence[float]]]


@dataclass(frozen=True)
class CurveSettings:
    """How the user wants the curves, see catdog.charts.plot_panels.

    Attributes:
        metrics: Those to draw, in order.
        axis: "epoch" or "seconds".
        smoothing: 0..1.
        goals: Whether to draw goals.
        notebook: Whether to draw the notebook's curves.
        average: Whether runs that differ in their seed only become one line.
    """

    metrics: tuple[str, ...]
    axis: str
    smoothing: float
    goals: bool
    notebook: bool
    average: bool

    @property
    def key(self) -> str:
        """The key of the chart of these panels, so that each keeps a zoom of its own."""
        return "-".join(("curves", *self.metrics, *(["seconds"] if self.axis == "seconds" else [])))


def choose_curves(can_average: bool) -> CurveSettings:
    """Draw the settings of the curves, which the address keeps.

    Args:
        can_average: Whether some runs differ in the seed only.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        chosen = st.pills(
            "Charts",
            METRICS,
            selection_mode="multi",
            default=list(METRICS),
            key="charts",
            bind="query-params",
            help="Accuracy is the share of right answers. Loss is what training makes small: it also counts how "
            "confident the model was of its wrong answers. The gap is by how much accuracy is higher on the training "
            "images than on new ones: the wider, the more a model has memorized, which is called overfitting.",
        )
        axis = st.segmented_control(
            "Along",
            list(AXES),
            default="epochs",
            required=True,
            key="along",
            bind="query-params",
            help="Seconds show what a score costs: a slow model may need minutes for what another reaches at once.",
        )
        smoothing = st.slider(
            "Smoothing",
            0.0,
            SMOOTHEST,
            0.0,
            0.05,
            key="smoothing",
            bind="query-params",
            width=180,
            help="Draws a running average, so that the course is seen behind the ups and downs. What was measured "
            "stays visible, faint.",
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        accuracy = "accuracy" in chosen or not chosen
        goals = st.toggle("Goal lines", True, key="goals", bind="query-params", disabled=not accuracy)
        notebook = st.toggle(
            "The notebook's curves",
            False,
            key="notebook",
            bind="query-params",
            disabled=not accuracy or axis == "seconds",
            help="As published, by epoch; how long they took was not.",
        )
        average = st.toggle(
            "Average over seeds",
            True,
            key="fold",
            bind="query-params",
            disabled=not can_average,
            help="Runs that differ in their seed only become one line, their mean, in a band from the lowest to the "
            "highest. The seed decides the first weights and the order of the pictures: how far such runs lie apart "
            "is luck.",
        )
    metrics = tuple(metric for metric in METRICS if metric in chosen) or METRICS[:1]
    return CurveSettings(
        metrics, AXES.get(axis, "epoch"), smoothing, goals and accuracy, notebook and accuracy, average and can_average
    )


def show_curves(runs: Sequence[Run], names: Mapping[str, str], histories: Histories, settings: CurveSettings) -> None:
    """Draw the chart of some runs.

    Args:
        runs: The runs.
        names: {run id: what the chart calls it}.
        histories: {run id: its history}.
        settings: How the user wants the curves.
    """
    chart, series = make_chart(runs, names, histories, settings)
    best = [", ".join(filter(None, (names[run.id], describe_validation(run)))) for run in runs]
    metrics = join_names(list(settings.metrics)).capitalize()
    axis = "epoch" if settings.axis == "epoch" else "seconds"
    zoomed_chart(chart, settings.key, f"{metrics} by {axis}, training and validation, of {'; '.join(best)}.")
    if "accuracy" in settings.metrics and any(run.history.get("epoch") for run in series):
        st.caption(
            ":material/star: The star marks the epoch with the highest validation accuracy, measured while training. "
            "The table below has the kept model, scored once more in float32, so the two can differ a little. Drag to "
            "zoom into all charts at once, double-click to see everything again; a click on a name hides its lines."
        )
    for run in runs:
        if turn := find_run_turn(run, histories[run.id]):
            st.markdown(f":material/trending_up: **{markdown.escape(names[run.id])}**: {describe_turn(run, turn)}")


def make_chart(
    runs: Sequence[Run], names: Mapping[str, str], histories: Histories, settings: CurveSettings
) -> tuple[go.Figure, list[Series]]:
    """Return the chart and the series that it shows; arguments as for `show_curves`."""
    series = _make_series(runs, names, histories, settings.average)
    on_photos = {run.config.model for run in runs if run.config.source == "photos"}
    baselines = {round(share, 4) for run in runs if (share := get_baseline(run)) is not None}
    baseline = baselines.pop() if len(baselines) == 1 else None
    goals = list_goals(sorted(on_photos), baseline) if settings.goals else ()
    models = sorted({run.config.model for run in runs})
    notebook = {name: CURVES[name] for name in models} if settings.notebook else None
    chart = shared_chart(plot_panels, series, settings.metrics, goals, notebook, settings.axis, settings.smoothing)
    return chart, series


def _make_series(runs: Sequence[Run], names: Mapping[str, str], histories: Histories, average: bool) -> list[Series]:
    groups = (
        average_seeds(runs, histories) if average else [SeedGroup((run,), histories[run.id], {}, {}) for run in runs]
    )
    titles = label_groups([group.runs for group in groups], names)
    return [
        Series(
            name=title,
            model=group.runs[0].config.variant,
            history=group.history,
            epochs=max((run.config.total_epochs for run in group.runs if run.state in ACTIVE), default=0),
            low=group.low,
            high=group.high,
            prepared=sum(run.status.prepared for run in group.runs) / len(group.runs),
            turn=_find_turn(group),
            tuned_after=_find_fine_tuning(group.runs),
        )
        for group, title in zip(groups, titles, strict=True)
    ]


def _find_turn(group: SeedGroup) -> int | None:
    """Return where the validation loss of a single run turned up; of a mean that would be nobody's epoch."""
    turn = find_run_turn(group.runs[0], group.history) if len(group.runs) == 1 else None
    return turn.epoch if turn else None


def _find_fine_tuning(runs: Sequence[Run]) -> int:
    """Return after how many epochs the fine-tuning of all these runs began; 0 where it differs, or there is none."""
    beginnings = {run.head_epochs or 0 for run in runs}
    return beginnings.pop() if len(beginnings) == 1 else 0


def describe_seeds(runs: Sequence[Run], histories: Histories) -> list[str]:
    """Return a sentence for each group of runs that differ in their seed only: how much the seed decides.

    Args:
        runs: The runs.
        histories: {run id: its history}.
    """
    sentences = []
    for group in average_seeds(runs, histories):
        runs_begun = [run for run in group.runs if run.selection_accuracy is not None]
        if len(runs_begun) > 1:
            scored = all(run.val_accuracy is not None for run in runs_begun)
            shares = [run.val_accuracy if scored else run.best_val_accuracy or 0.0 for run in runs_begun]
            seeds = join_names([str(run.config.seed) for run in runs_begun])
            sentences.append(
                f"{runs_begun[0].config.variant} with the seeds {seeds}: "
                f"{'validation accuracy' if scored else 'best epoch, while training:'} "
                f"{format_percent(sum(shares) / len(shares))} on average, from {format_percent(min(shares))} to "
                f"{format_percent(max(shares))}."
            )
    return sentences
