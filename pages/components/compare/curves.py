"""The learning curves of the Compare page: which of them, over what, how smooth, and with which lines beside."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from catdog.charts import METRICS, Series, list_goals, plot_panels
from catdog.comparison import SeedGroup, get_baseline
from catdog.comparison import average_seeds as folds
from catdog.models.published import CURVES
from catdog.runs import Run
from catdog.training import ACTIVE
from catdog.utils.text import format_percent, join_names
from pages.components.zoomable_chart import shared_chart, zoomed_chart

SMOOTHEST = 0.95
AXES = {"epochs": "epoch", "seconds": "seconds"}  # as the address and the page call them, and as the charts do

Histories = Mapping[str, Mapping[str, Sequence[float]]]


@dataclass(frozen=True)
class Look:
    """How the curves are to be drawn: see catdog.charts.plot_panels. fold: runs that differ in their seed only as one."""

    metrics: tuple[str, ...]
    axis: str
    smoothing: float
    goals: bool
    notebook: bool
    fold: bool

    @property
    def key(self) -> str:
        """What names the chart of these panels, so that each keeps a zoom of its own."""
        return "-".join(("curves", *self.metrics, *(["seconds"] if self.axis == "seconds" else [])))


def choose_look(can_fold: bool) -> Look:
    """Draw the settings of the curves, which the address keeps; can_fold: whether some runs differ in the seed only."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        chosen = st.pills(
            "Charts",
            METRICS,
            selection_mode="multi",
            default=list(METRICS),
            key="charts",
            bind="query-params",
            help="Accuracy is the share of right answers. Loss is what training makes small: it also counts how sure "
            "the model was of its wrong answers. The gap is by how much accuracy is higher on the training pictures "
            "than on new ones: the wider, the more a model has learnt by heart, which is called overfitting.",
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
        fold = st.toggle(
            "Lay seeds together",
            False,
            key="fold",
            bind="query-params",
            disabled=not can_fold,
            help="Runs that differ in their seed only become one line, their mean, in a band from the lowest to the "
            "highest. The seed decides the first weights and the order of the pictures: how far such runs lie apart "
            "is luck.",
        )
    metrics = tuple(metric for metric in METRICS if metric in chosen) or METRICS[:1]
    return Look(
        metrics, AXES.get(axis, "epoch"), smoothing, goals and accuracy, notebook and accuracy, fold and can_fold
    )


def draw(runs: list[Run], names: Mapping[str, str], histories: Histories, look: Look) -> None:
    """Draw the chart of these runs; names, histories: by run id."""
    chart, series = chart_of(runs, names, histories, look)
    best = [f"{names[run.id]}, best validation accuracy {format_percent(run.best_val_accuracy)}" for run in runs]
    what = join_names(list(look.metrics)).capitalize()
    by = "epoch" if look.axis == "epoch" else "seconds"
    zoomed_chart(chart, look.key, f"{what} by {by}, training and validation, of {'; '.join(best)}.")
    if "accuracy" in look.metrics and any(one.history.get("epoch") for one in series):
        st.caption(
            ":material/star: The star marks a run's best epoch by validation accuracy, whose weights are kept. Drag to "
            "zoom into all charts at once, double-click to see everything again; a click on a name hides its lines."
        )


def chart_of(runs: list[Run], names: Mapping[str, str], histories: Histories, look: Look):
    """Return the chart, a plotly Figure, and the Series that it shows."""
    series = _series(runs, names, histories, look.fold)
    on_photos = {run.config.model for run in runs if run.config.source == "photos"}
    baselines = {round(share, 4) for run in runs if (share := get_baseline(run)) is not None}
    goals = list_goals(sorted(on_photos), baselines.pop() if len(baselines) == 1 else None) if look.goals else ()
    models = sorted({run.config.model for run in runs})
    notebook = {name: CURVES[name] for name in models} if look.notebook else None
    return shared_chart(plot_panels, series, look.metrics, goals, notebook, look.axis, look.smoothing), series


def _series(runs: list[Run], names: Mapping[str, str], histories: Histories, fold: bool) -> list[Series]:
    together = folds(runs, histories) if fold else [SeedGroup((run,), histories[run.id], {}, {}) for run in runs]
    called = [_name(one, names) for one in together]
    times = Counter(called)
    return [
        Series(
            name if times[name] == 1 else f"{name} ({one.runs[0].id[-4:]})",
            one.runs[0].config.model,
            one.history,
            max((run.config.epochs for run in one.runs if run.state in ACTIVE), default=0),
            one.low,
            one.high,
            sum(run.status.prepared for run in one.runs) / len(one.runs),
        )
        for one, name in zip(together, called, strict=True)
    ]


def _name(fold: SeedGroup, names: Mapping[str, str]) -> str:
    if len(fold.runs) == 1:
        return names[fold.runs[0].id]
    return f"{fold.runs[0].config.model}, mean of {len(fold.runs)} seeds"


def fold_words(runs: list[Run], histories: Histories) -> list[str]:
    """Return a sentence for each group of runs that differ in their seed only: how much the seed decides."""
    said = []
    for fold in folds(runs, histories):
        best = [run.best_val_accuracy for run in fold.runs if run.best_val_accuracy is not None]
        if len(best) > 1:
            seeds = join_names([str(run.config.seed) for run in fold.runs])
            said.append(
                f"{fold.runs[0].config.model} with the seeds {seeds}: best validation accuracy "
                f"{format_percent(sum(best) / len(best))} on average, from {format_percent(min(best))} to {format_percent(max(best))}."
            )
    return said
