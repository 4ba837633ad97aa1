"""Launch training runs, watch them, stop them and go on with them."""

from datetime import datetime

import streamlit as st

from catdog.datasets import TRAINING
from catdog.datasets.splits import sample_stratified
from catdog.models.specs import MODELS
from catdog.runs import Run, count_active, estimate_seconds, explain_quota, launch_all
from catdog.training import ACTIVE, TrainConfig
from catdog.training.sweep import grid, sweep_names, sweep_title
from catdog.utils.text import format_duration, join_names
from pages.components import access, markdown, page, state
from pages.components.train.active_runs import show_active_runs
from pages.components.train.form import draw_form, say_what_the_address_got_wrong
from pages.components.train.run_list import show_run_list
from pages.components.train.sweep import draw_sweep

FEW = 4  # runs that are called by their names


def main() -> None:
    """Draw the page."""
    page.page_header(
        "Train",
        "A network learns by looking at all training pictures again and again, a batch at a time, and after each "
        "batch shifting its weights a little towards fewer mistakes. One round through them all is an epoch, and "
        "after each it is tested on validation pictures that it never learns from.",
    )
    with page.show_errors():
        _new_run(state.runs())
    runs = state.runs()  # again, since some may have been started
    show_active_runs([run for run in runs if run.state in ACTIVE])
    show_run_list([run for run in runs if run.state not in ACTIVE])


def _new_run(runs: list[Run]) -> None:
    """Draw the settings of new runs and the button that starts them."""
    say_what_the_address_got_wrong()
    with st.container(border=True):
        models = st.pills(
            "Models", list(MODELS), selection_mode="multi", default=["model1"], key="models", bind="query-params"
        )
        for name, column in zip(MODELS, page.row(len(MODELS), 210), strict=True):
            one = MODELS[name]
            column.markdown(
                f"{':material/check_circle: ' if name in models else ''}**{name}: {one.step}**  \n"
                f"{one.idea}  \n:gray[{one.parameters:,} parameters]"
            )
        configs = draw_form(models)
        name, axes = draw_sweep()
        swept = grid(configs, axes)
        configs, names = [config for config, _ in swept], sweep_names(name, swept)
        catalog = state.catalog()
        training = catalog.indices(TRAINING)
        used = [len(sample_stratified(training, catalog.labels, one.fraction, one.seed)) for one in configs[:1]] or [
            len(training)
        ]
        st.markdown(
            f":material/database: Trains on **{used[0]:,} of {len(training):,} training pictures** of "
            f"{markdown.escape(catalog.title)}."
            + (" Choose other data in the sidebar." if len(state.sources()) > 1 else "")
        )
        _expected(configs, catalog.counts(), runs)
        full = _room(len(configs), runs)
        if access.button(
            _start_words(len(models), len(configs)),
            type="primary",
            icon=":material/play_arrow:",
            disabled=not models or full,
            help=None if models else "Choose at least one model first.",
            key="start",
        ):
            started = access.perform(launch_all, configs, names, sweep=sweep_title(name, swept, datetime.now()))
            told = join_names([run.name for run in started]) if len(started) <= FEW else f"{len(started)} runs"
            st.toast(f"Started: {markdown.escape(told)}", icon=":material/play_arrow:")


def _room(wanted: int, runs: list[Run]) -> bool:
    """Say how many runs the person may still start, where that is limited; return whether these are too many."""
    most, by = state.settings().limits.runs, access.person()
    if not most or access.reason_denied():
        return False
    busy = count_active(runs, by)
    whose = "yours" if by else "all people together"
    if busy + wanted > most:
        st.warning(explain_quota(busy, wanted, most, by), icon=":material/person_alert:")
    else:
        st.caption(f":material/person: {busy} of {most:,} runs of {whose} wait or train.")
    return busy + wanted > most


def _start_words(models: int, runs: int) -> str:
    """Return what the button that starts so many runs says."""
    if runs > models:
        return f"Start {runs} runs"
    return f"Start training {models} models" if models > 1 else "Start training"


def _expected(configs: list[TrainConfig], counts: dict[str, dict[str, int]], runs: list[Run]) -> None:
    """Say how long these runs will take, going by earlier ones; nothing where a model was never trained here."""
    times = [estimate_seconds(runs, config, counts) for config in configs]
    if times and None not in times:
        most = "at most " if configs[0].patience else ""
        st.markdown(
            f":material/schedule: Takes **{most}about {format_duration(sum(times))}** on this machine, going by earlier runs."
            + (" Runs that wait or train already come first." if any(run.state in ACTIVE for run in runs) else "")
        )


main()
