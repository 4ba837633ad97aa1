"""The learning curves of the Compare page: what they show in words, a tab for each metric, and how they are drawn."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st

from catdog.charts import METRICS, Goal, Series, list_goals, plot_labelled_curves, plot_panels
from catdog.comparison import (
    Contender,
    Diagnosis,
    SeedGroup,
    average_seeds,
    describe_contenders,
    describe_turn,
    describe_validation,
    find_run_turn,
    get_baseline,
    group_by_seed,
    label_groups,
)
from catdog.models.published import CURVES
from catdog.runs import Run
from catdog.training import ACTIVE
from catdog.utils.text import format_percent, join_names
from pages.components import markdown
from pages.components.compare.curve_settings import CurveSettings
from pages.components.glossary import with_links
from pages.components.zoomable_chart import shared_chart, zoomed_chart

TABS = {metric.capitalize(): metric for metric in METRICS}

Histories = Mapping[str, Mapping[str, Sequence[float]]]


def describe_runs(
    runs: Sequence[Run],
    names: Mapping[str, str],
    diagnoses: Mapping[str, Diagnosis],
    average: bool,
) -> str:
    """Say in two sentences what the curves show, as plain text; "" before any run has finished an epoch.

    Args:
        runs: The runs.
        names: {run id: what the chart calls it}.
        diagnoses: {run id: its diagnosis}, of those that have one.
        average: Whether runs that differ in their seed only are one line.
    """
    groups = group_by_seed(runs) if average else [[run] for run in runs]
    contenders = []
    for title, group in zip(label_groups(groups, names), groups, strict=True):
        accuracies = [run.selection_accuracy for run in group if run.selection_accuracy is not None]
        mean = sum(accuracies) / len(accuracies) if accuracies else None
        contenders.append(Contender(title, mean, [diagnoses[run.id] for run in group if run.id in diagnoses]))
    return describe_contenders(contenders)


def show_curves(runs: Sequence[Run], names: Mapping[str, str], histories: Histories, settings: CurveSettings) -> None:
    """Draw the tabs of the metrics; only the chart of the open one is made, so that it gets the width that it has.

    Args:
        runs: The runs.
        names: {run id: what the chart calls it}.
        histories: {run id: its history}.
        settings: How the user wants the curves.
    """
    curved = [run for run in runs if not run.config.quick]
    if len(curved) < len(runs):
        without = markdown.escape(join_names([names[run.id] for run in runs if run.config.quick]))
        st.caption(f":material/bolt: {without}: no learning curve, since the last layer was fitted in one go.")
    if not curved:
        return
    _follow_old_link()
    for tab, metric in zip(st.tabs(list(TABS), key="chart", bind="query-params"), METRICS, strict=True):
        if tab.open:
            with tab:
                _show_chart(metric, curved, names, histories, settings)


def _follow_old_link() -> None:
    """Open the tab that an address of an earlier version names, which had several metrics in one parameter."""
    named = st.query_params.get_all("charts")
    st.query_params.pop("charts", None)
    tabs = [tab for tab, metric in TABS.items() if metric in named]
    if tabs and "chart" not in st.query_params:
        st.query_params["chart"] = st.session_state["chart"] = tabs[0]


def _show_chart(
    metric: str, runs: Sequence[Run], names: Mapping[str, str], histories: Histories, settings: CurveSettings
) -> None:
    series, goals, reference = _gather(runs, names, histories, settings)
    chart = shared_chart(plot_labelled_curves, series, metric, goals, reference, settings.axis, settings.smoothing)
    best = [", ".join(filter(None, (names[run.id], describe_validation(run)))) for run in runs]
    goal_texts = "".join(f"; {goal.label}" for goal in goals) if metric == "accuracy" else ""
    key = "-".join(("curves", metric, *(["seconds"] if settings.axis == "seconds" else [])))
    alt = f"{metric.capitalize()} by {settings.axis}, training and validation, of {'; '.join(best)}{goal_texts}."
    zoomed_chart(chart, key, alt)
    if metric == "accuracy":
        st.caption(
            with_links(
                ":material/star: The epoch with the highest validation accuracy. Drag to zoom in, "
                "double-click to zoom out."
            )
        )
    elif metric == "loss":
        st.caption(with_links("Loss is what training makes small. Being confident and wrong costs most."))
        for run in runs:
            if turn := find_run_turn(run, histories[run.id]):
                name = markdown.escape(names[run.id])
                st.markdown(f":material/trending_up: **{name}**: {describe_turn(run, turn)}")
    else:
        st.caption(
            with_links(
                "How much higher accuracy is on the training images than on new ones. A wide gap means overfitting."
            )
        )


def make_chart(
    runs: Sequence[Run], names: Mapping[str, str], histories: Histories, settings: CurveSettings
) -> go.Figure:
    """Return the chart of all metrics, one above the other; arguments as for `show_curves`."""
    curved = [run for run in runs if not run.config.quick]
    series, goals, reference = _gather(curved, names, histories, settings)
    return plot_panels(series, METRICS, goals, reference, settings.axis, settings.smoothing)


def _gather(
    runs: Sequence[Run], names: Mapping[str, str], histories: Histories, settings: CurveSettings
) -> tuple[list[Series], Sequence[Goal], dict[str, Mapping[str, Sequence[float]]] | None]:
    """Return the lines, the goals and the reference course's curves of the runs' models."""
    on_photos = {run.config.model for run in runs if run.config.source == "photos"}
    baselines = {round(share, 4) for run in runs if (share := get_baseline(run)) is not None}
    baseline = baselines.pop() if len(baselines) == 1 else None
    goals = list_goals(sorted(on_photos), baseline) if settings.goals else ()
    reference = {name: CURVES[name] for name in sorted({run.config.model for run in runs})}
    return _make_series(runs, names, histories, settings.average), goals, reference if settings.reference else None


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
