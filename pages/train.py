"""Start training runs, watch them, stop them and resume them."""

from dataclasses import replace
from datetime import datetime

import streamlit as st

from catdog.comparison import label_runs
from catdog.datasets import TRAINING, Catalog
from catdog.datasets.splits import sample_stratified
from catdog.errors import CatDogError, DataError
from catdog.models.differences import describe_changes
from catdog.models.specs import MODELS
from catdog.runs import MOMENT, Run, count_active, estimate_seconds, explain_quota, launch_all
from catdog.training import ACTIVE, TrainConfig
from catdog.training.sweep import expand_grid, make_sweep_title, name_sweep_runs
from catdog.utils.text import format_duration, join_names
from pages.components import access, markdown, page, state
from pages.components.shown import ShownData, identify, require_shown_for_training
from pages.components.train.active_runs import show_active_runs
from pages.components.train.advanced import draw_sweep
from pages.components.train.form import draw_form, list_query_faults
from pages.components.train.run_list import show_run_list

CHANGED = "data-changed"  # the session's key of the sentence that the data are not those that the page showed
MAX_NAMED = 4  # more runs than these are counted, not named


def main() -> None:
    """Draw the page."""
    page.page_header(
        "Train",
        "A network learns by looking at all training pictures again and again, a batch at a time, and after each "
        "batch shifting its weights a little towards fewer mistakes. One round through them all is an epoch, and "
        "after each it is tested on validation pictures that it never learns from.",
    )
    with page.show_errors():
        _draw_new_runs(state.runs())
    runs = state.run_entries()  # again, since some may have been started
    active = [run for run in runs if isinstance(run, Run) and run.state in ACTIVE]
    show_active_runs(active)
    show_run_list([run for run in runs if run not in active])


def _draw_new_runs(runs: list[Run]) -> None:
    """Draw the settings of new runs and the button that starts them."""
    page.warn_invalid_query_params(list_query_faults())
    with st.container(border=True):
        models = st.pills(
            "Models", list(MODELS), selection_mode="multi", default=["model1"], key="models", bind="query-params"
        )
        for name, column in zip(MODELS, page.row(len(MODELS), 210), strict=True):
            spec = MODELS[name]
            facts = [fact for fact in (describe_changes(name), f"{spec.parameters:,} parameters") if fact]
            column.markdown(
                f"{':material/check_circle: ' if name in models else ''}**{name}: {spec.step}**  \n"
                f"{spec.idea}  \n:gray[{' · '.join(facts)}]"
            )
        configs = draw_form(models)
        name, axes = draw_sweep()
        swept = expand_grid(configs, axes)
        catalog = state.training_catalog()
        configs = [replace(config, source=catalog.source) for config, _ in swept]
        names = name_sweep_runs(name, swept)
        training = catalog.indices(TRAINING)
        used = training
        if configs:
            used = sample_stratified(training, catalog.labels, configs[0].fraction, configs[0].seed)
        st.markdown(
            f":material/database: Trains on **{len(used):,} of {len(training):,} training pictures** of "
            f"{markdown.escape(catalog.title)}."
            + (" Choose other data in the sidebar." if len(state.sources()) > 1 else "")
        )
        _show_duration(configs, catalog, runs)
        over_quota = _show_quota(len(configs), runs)
        if access.button(
            _label_start_button(len(models), len(configs)),
            type="primary",
            icon=":material/play_arrow:",
            disabled=not models or over_quota,
            help=None if models else "Choose at least one model first.",
            key="start",
            on_click=_check_data,
            args=(identify(catalog),),
        ):
            if changed := st.session_state.pop(CHANGED, ""):
                raise DataError(changed)
            title = make_sweep_title(name, swept, datetime.now())
            started = access.perform(launch_all, configs, names, sweep=title, moment=MOMENT, catalog=catalog)
            few = len(started) <= MAX_NAMED
            names = join_names(list(label_runs(started).values())) if few else f"{len(started)} runs"
            st.toast(f"Started: {markdown.escape(names)}", icon=":material/play_arrow:")


def _check_data(shown: ShownData) -> None:
    """Note, before the page is drawn anew, if the data are not those that it showed as Start was pressed."""
    st.session_state.pop(CHANGED, None)
    try:
        require_shown_for_training(shown)
    except CatDogError as error:
        st.session_state[CHANGED] = str(error)


def _show_quota(new: int, runs: list[Run]) -> bool:
    """Say how many runs the person may still start, where that is limited; return whether `new` are too many."""
    limit, by = state.settings().limits.runs, access.person()
    if not limit or access.reason_denied():
        return False
    active = count_active(runs, by)
    whose = "yours" if by else "all people together"
    if active + new > limit:
        st.warning(explain_quota(active, new, limit, by), icon=":material/person_alert:")
    else:
        st.caption(f":material/person: {active} of {limit:,} runs of {whose} wait or train.")
    return active + new > limit


def _label_start_button(models: int, runs: int) -> str:
    """Return the label of the button that starts so many runs."""
    if runs > models:
        return f"Start {runs} runs"
    return f"Start training {models} models" if models > 1 else "Start training"


def _show_duration(configs: list[TrainConfig], catalog: Catalog, runs: list[Run]) -> None:
    """Say how long these runs will take, going by earlier ones; nothing where a model was never trained here."""
    counts = catalog.counts()
    seconds = [estimate_seconds(runs, config, counts, catalog.fingerprint) for config in configs]
    if seconds and None not in seconds:
        at_most = "at most " if configs[0].patience else ""
        st.markdown(
            f":material/schedule: Takes **{at_most}about {format_duration(sum(seconds))}** on this machine, going by "
            "earlier runs."
            + (" Runs that wait or train already come first." if any(run.state in ACTIVE for run in runs) else "")
        )


main()
