"""The run that trains now, and those that wait: one bar, a growing curve, six photos, buttons to stop and move up."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from catdog.charts import LiveSeries, model_colour, plot_live_curve
from catdog.comparison import describe_data, get_baseline, label_runs
from catdog.errors import CatDogError, RunError
from catdog.models.specs import MODELS
from catdog.runs import Progress, Run, Stages, estimate_stages, measure_progress, move_up, open_run, stop_run
from catdog.training import ACTIVE
from catdog.utils.text import format_duration, format_percent, join_names
from pages.components import access, markdown, state
from pages.components.styles import apply_styles
from pages.components.train.run_list import ICONS
from pages.components.train.sample_photos import show_sample
from pages.components.train.stage_bar import make_stage_bar
from pages.components.zoomable_chart import shared_chart, zoomed_chart

POLL_SECONDS = 1.0  # between two looks at the runs
PANEL = "train-panel"  # of the panel, and of the result that takes its place
NO_CURVE = (
    ":material/bolt: **Quick: no learning curve.** MobileNetV2 looks at each image once. Then the last layer is fitted "
    "to all training images in one go, so there are no epochs to draw."
)
MANY = 5  # waiting runs; more of them scroll in a box of their own
#: The curve and the photos stand side by side where there is room. The heights leave room for the longest words and for
#: what the result says, so that nothing moves while a run goes on, nor as it ends.
STYLE = f"""
.st-key-{PANEL} {{ container-type: inline-size; }}
.st-key-{PANEL} :is([class*="st-key-active-"], .st-key-result-head) {{ min-height: 140px; }}
.st-key-{PANEL}-parts {{
  display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 3fr); gap: 1rem 1.5rem; align-content: start;
  min-height: 450px;
}}
.st-key-{PANEL}-parts > :is(:only-child, :has(> .st-key-{PANEL}-meaning)) {{ grid-column: 1 / -1; }}
@container (max-width: 700px) {{
  .st-key-{PANEL} :is([class*="st-key-active-"], .st-key-result-head) {{ min-height: 166px; }}
  .st-key-{PANEL}-parts {{ grid-template-columns: minmax(0, 1fr); min-height: 890px; }}
  .st-key-{PANEL}-parts .stGrid {{ max-width: 26rem; }}
}}
.st-key-{PANEL}-parts:has(> :nth-child(2) > .st-key-{PANEL}-meaning) {{ display: block; min-height: 0; }}
@container (max-width: 450px) {{
  .st-key-{PANEL} :is([class*="st-key-active-"], .st-key-result-head) p {{ font-size: 0.9rem; line-height: 1.4; }}
}}
"""


def show_live_panel(active: list[Run], runs: list[Run]) -> None:
    """Draw these active runs and keep them current by themselves; without any, draw and poll nothing.

    Once one of them ends, the whole page is drawn anew.

    Args:
        active: The runs that wait or train.
        runs: All runs, newest first; by the finished ones goes what the others will take.
    """
    if active:
        soon = sorted(active, key=lambda run: (run.state == "queued", run.place))[:MANY]
        expected = {
            run.id: estimate_stages(runs, run.config, run.data.get("counts", {}), run.fingerprint) for run in soon
        }
        st.fragment(_draw_runs, run_every=POLL_SECONDS, key="live")(tuple(run.id for run in active), expected)


def _draw_runs(run_ids: tuple[str, ...], expected: Mapping[str, Stages | None]) -> None:
    """Draw the runs that wait or train; runs by itself every second.

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
    draw_heading("Training now")
    runs.sort(key=lambda run: (run.place, run.id))
    training = [run for run in runs if run.state != "queued"]
    waiting = [run for run in runs if run.state == "queued"]
    with st.container(border=True, key=PANEL):
        for run in training or waiting[:1]:
            _draw_head(run, names[run.id], expected.get(run.id))
        curve, photos, _ = split_panel()
        with curve:
            draw_curve(training or waiting[:1], names, ", growing while it trains.")
        with photos:
            show_sample((training or waiting)[0])
    later = waiting if training else waiting[1:]
    if later:
        st.markdown(f"**Waiting** ({len(later):,})")
        with st.container(height=300 if len(later) > MANY else "content", border=False, gap="xsmall"):
            for run in later:
                _draw_waiting(run, names[run.id], movable=run is not waiting[0] and not run.files.job.exists())


def draw_heading(title: str) -> None:
    """Draw the heading of the panel, and give the panel its height."""
    apply_styles(STYLE)
    st.header(title, anchor=False)


def split_panel() -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """Return the places of the curve, of the photos, and of what they mean."""
    with st.container(key=f"{PANEL}-parts"):
        return st.container(gap="xsmall"), st.container(gap="xsmall"), st.container(key=f"{PANEL}-meaning")


def _draw_head(run: Run, name: str, stages: Stages | None) -> None:
    """Draw what a run is called, what it does, its button and its bar."""
    with st.container(key=f"active-{run.id}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            icon = "hourglass_empty" if run.state == "queued" else "model_training"
            variant = "" if name.startswith(run.config.model) else f" · {run.config.variant}"
            about = f"{variant} on {markdown.escape(describe_data(run))}"
            st.markdown(f":material/{icon}: **{markdown.escape(name)}**{about}", width="stretch")
            _draw_stop_button(run, name)
        progress = Progress("", 0.0, (0.1, 0.9), None)
        if run.state != "queued":
            progress = measure_progress(run.status, stages, run.eta)
        words = _describe_progress(run, progress)
        st.markdown(markdown.escape(words))
        colour, epoch = model_colour(run.config.variant), run.status.epoch
        st.html(make_stage_bar(progress, colour, epoch, run.status.epochs))


def _draw_waiting(run: Run, name: str, movable: bool) -> None:
    """Draw the line of a run that waits behind another one."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"active-{run.id}"):
        words = f"**{markdown.escape(name)}** · {markdown.escape(_describe_progress(run, None))}"
        st.markdown(f":material/hourglass_empty: {words}", width="stretch")
        if movable:
            access.button(
                "Move up",
                owned=run.owned,
                key=f"up-{run.id}",
                icon=":material/arrow_upward:",
                help=f"{markdown.escape(name)} changes places with the run before it.",
                on_click=_move_up,
                args=(run,),
            )
        _draw_stop_button(run, name)


def _draw_stop_button(run: Run, name: str) -> None:
    waits = run.state == "queued"
    access.button(
        "Remove from queue" if waits else "Stop",
        owned=run.owned,
        key=f"stop-{run.id}",
        icon=":material/stop_circle:",
        disabled=run.state == "stopping",
        help=f"Stop {markdown.escape(name)}: finished epochs are kept, and you can resume it later.",
        on_click=_stop,
        args=(run,),
    )


def _stop(run: Run) -> None:
    _perform(stop_run, run)


def _move_up(run: Run) -> None:
    _perform(move_up, run)


def _perform(action: Callable[..., None], run: Run) -> None:
    try:
        access.perform(action, run)
    except CatDogError as error:  # it has just begun or ended by itself
        st.toast(markdown.escape(str(error)), icon=":material/error:")


def _describe_progress(run: Run, progress: Progress | None) -> str:
    """Return what a run does now and for how long, as plain text."""
    status = run.status
    if run.state == "queued" or progress is None:
        since = format_duration(time.time() - status.queued)
        when = "when the Ray cluster has room" if run.files.job.exists() else "when the run before it has ended"
        return f"Waiting for {since}; starts by itself {when}"
    parts = []
    if progress.stage == "train" and not run.config.quick:
        parts = [f"Epoch {max(1, status.epoch)} of {status.epochs}", f"batch {status.batch} of {status.batches}"]
    message = status.message or "training"
    if run.state == "stopping":
        message = f"stopping: {message}" if status.state == "stopping" else "stopping after this step"
    if message != "training":
        parts.append(message)
    if progress.seconds_left is not None and run.state == "running":
        left = progress.seconds_left
        parts.append(f"about {format_duration(left)} left" if left >= 1 else "a little longer than expected")
    if run.best_val_accuracy is not None and not run.config.quick:
        parts.append(f"best validation accuracy {format_percent(run.best_val_accuracy)} in epoch {run.best_epoch}")
    words = " · ".join(parts)
    return words[:1].upper() + words[1:]


def draw_curve(runs: list[Run], names: Mapping[str, str], ending: str = ".") -> None:
    """Draw the accuracy of runs as far as it has grown.

    Args:
        runs: The runs.
        names: {run id: what it is called}.
        ending: Of the alternative text.
    """
    if all(run.config.quick for run in runs):
        st.markdown(NO_CURVE)
        return
    runs = [run for run in runs if not run.config.quick]
    series = [
        LiveSeries(
            names[run.id],
            run.config.variant,
            run.history(),
            run.status.epochs or run.config.total_epochs,
            tuned_after=run.head_epochs or 0,
            batches=run.batch_curve(),
        )
        for run in runs
    ]
    baselines = [share for run in runs if (share := get_baseline(run)) is not None]
    models = {run.config.model for run in runs}
    on_photos = len(models) == 1 and all(run.config.source == "photos" for run in runs)
    reference = MODELS[models.pop()].published.best_val_accuracy if on_photos else None
    chart = shared_chart(plot_live_curve, series, baselines[0] if baselines else None, reference)
    alt = f"Accuracy by epoch of {join_names([line.name for line in series])}{ending}"
    st.caption("Accuracy", help="Solid: validation, once an epoch. Dashed: training. Thin: training within the epochs.")
    zoomed_chart(chart, "live-curve", alt)
