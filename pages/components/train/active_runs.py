"""The runs that wait or train now: progress bars, time left, a growing learning curve, buttons to stop and move up."""

import time
from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from catdog.charts import Series, list_goals, plot_learning_curves
from catdog.comparison import describe_data, get_baseline, label_runs
from catdog.errors import CatDogError, RunError
from catdog.runs import Run, move_up, open_run, stop_run
from catdog.training import ACTIVE
from catdog.utils.text import format_duration, format_percent, join_names
from pages.components import access, markdown, state
from pages.components.train.run_list import ICONS
from pages.components.zoomable_chart import shared_chart, zoomed_chart

POLL_SECONDS = 1.0  # between two looks at the runs


def show_active_runs(active: list[Run]) -> None:
    """Draw these active runs and keep them current by themselves; without any, draw and poll nothing.

    Once one of them ends, the whole page is drawn anew.
    """
    if active:
        st.fragment(_draw_runs, run_every=POLL_SECONDS, key="live")(tuple(run.id for run in active))


def _draw_runs(run_ids: tuple[str, ...]) -> None:
    """Draw the runs that wait or train, and their curves; runs by itself every second.

    It reads no other runs, since reading all of 500 runs every second would slow the training.
    """
    runs = []
    for run_id in run_ids:
        with suppress(RunError):  # deleted from the disk meanwhile
            runs.append(open_run(state.settings(), run_id))
    names = label_runs(runs)
    ended = [run for run in runs if run.state not in ACTIVE]
    for run in ended:
        st.toast(f"{markdown.escape(names[run.id])}: {run.state}", icon=f":material/{ICONS.get(run.state, 'circle')}:")
    if ended or len(runs) < len(run_ids):
        st.rerun()
    st.header("Training now", anchor=False)
    runs.sort(key=lambda run: (run.place, run.id))
    training = [run for run in runs if run.state != "queued"]
    for run in training:
        _draw_card(run, names[run.id])
    if training:
        _draw_curves(training, names)
    for place, run in enumerate(run for run in runs if run.state == "queued"):
        _draw_card(run, names[run.id], movable=place > 0 and not run.files.job.exists())


def _draw_card(run: Run, name: str, movable: bool = False) -> None:
    """Draw one active run: its name, its buttons, how far it is; `movable` if it waits behind another run."""
    icon = "hourglass_empty" if run.state == "queued" else "model_training"
    model = "" if name.startswith(run.config.model) else f" · {run.config.variant}"
    words = f"**{markdown.escape(name)}**{model} on {markdown.escape(describe_data(run))}"
    with st.container(border=True, key=f"active-{run.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/{icon}: {words}", width="stretch")
            if movable:
                access.button(
                    "Move up",
                    owned=run.owned,
                    key=f"up-{run.id}",
                    icon=":material/arrow_upward:",
                    help=f"Let {markdown.escape(name)} change places with the run before it.",
                    on_click=_move_up,
                    args=(run,),
                )
            access.button(
                "Stop" if run.state != "queued" else "Take out",
                owned=run.owned,
                key=f"stop-{run.id}",
                icon=":material/stop_circle:",
                disabled=run.state == "stopping",
                help=f"Stop {markdown.escape(name)}: the finished epochs are kept, and it can be resumed later.",
                on_click=_stop,
                args=(run,),
            )
        _draw_progress(run)


def _stop(run: Run) -> None:
    _perform(stop_run, run)


def _move_up(run: Run) -> None:
    _perform(move_up, run)


def _perform(action: Callable[..., None], run: Run) -> None:
    try:
        access.perform(action, run)
    except CatDogError as error:  # it has just begun or ended by itself
        st.toast(markdown.escape(str(error)), icon=":material/error:")


def _draw_progress(run: Run) -> None:
    """Draw how far a queued, running or stopping run is."""
    status = run.status
    if run.state == "queued":
        since = format_duration(time.time() - status.queued)
        when = "once the Ray cluster has room for it" if run.files.job.exists() else "once the run before it has ended"
        st.caption(f"Waiting for its turn since {since}: it starts by itself {when}.")
        return
    epoch, share = status.epoch, status.batch / status.batches if status.batches else 0.0
    done = (epoch - 1 + share) / status.epochs if epoch and status.epochs else 0.0
    st.progress(_clip(done), text=f"Epoch {epoch} of {status.epochs}" if epoch else "Getting ready")
    if status.batches:
        st.progress(_clip(share), text=f"Batch {status.batch} of {status.batches}")
    what = status.message or "training"
    if run.state == "stopping":
        what = f"stopping: {what}" if status.state == "stopping" else "stopping after this step"
    parts = [what[:1].upper() + what[1:]]
    if status.started is not None:
        parts.append(f"{format_duration(time.time() - status.started)} so far")
    if run.eta is not None:
        parts.append(f"about {format_duration(run.eta)} left" if run.eta >= 1 else "almost done")
    if run.best_val_accuracy is not None:
        parts.append(f"best epoch so far {run.best_epoch}, validation {format_percent(run.best_val_accuracy)}")
    st.caption(markdown.escape(" · ".join(parts)))


def _clip(share: float) -> float:
    return min(max(share, 0.0), 1.0)


def _draw_curves(runs: list[Run], names: dict[str, str]) -> None:
    series = [
        Series(
            names[run.id],
            run.config.variant,
            run.history(),
            run.status.epochs or run.config.total_epochs,
            tuned_after=run.head_epochs or 0,
        )
        for run in runs
    ]
    baselines = [share for run in runs if (share := get_baseline(run)) is not None]
    models = [run.config.model for run in runs if run.config.source == "photos"]
    chart = shared_chart(
        plot_learning_curves, series, "accuracy", list_goals(models, baselines[0] if baselines else None)
    )
    alt = f"Accuracy by epoch of {join_names([line.name for line in series])}, growing while it trains."
    zoomed_chart(chart, "live-curve", alt)
