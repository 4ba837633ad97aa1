"""Start training runs, watch them, stop them and resume them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from catdog.comparison import label_runs
from catdog.datasets import TRAINING, Catalog
from catdog.datasets.splits import sample_stratified
from catdog.errors import CatDogError, DataError
from catdog.runs import MOMENT, Run, count_active, estimate_seconds, explain_quota, launch_all
from catdog.training import ACTIVE, TrainConfig
from catdog.training.recipes import describe_config, make_config
from catdog.training.sweep import expand_grid, make_sweep_title, name_sweep_runs
from catdog.utils.text import format_duration, join_names
from pages.components import access, markdown, page, state
from pages.components.shown import ShownData, identify, require_shown_for_training
from pages.components.train.form import FORM, draw_form, draw_recipe, list_query_faults, unfold_form
from pages.components.train.live_panel import show_live_panel
from pages.components.train.model_cards import choose_models
from pages.components.train.quick import draw_quick
from pages.components.train.result_card import find_result, forget_result, show_result
from pages.components.train.run_list import show_run_list
from pages.components.train_all import draw_train_all, is_busy, leave_out_quick, list_runs_here

CHANGED = "data-changed"  # the session's key of the sentence that the data are not those that the page showed
MAX_NAMED = 4  # more runs than these are counted, not named


def main() -> None:
    """Draw the page: on top what trains or has just ended, then the settings of new runs, then all earlier runs."""
    page.page_header(
        "Train",
        "Choose a model and start. After each batch of images, its weights are adjusted a little.",
    )
    runs = state.run_entries()
    whole = [run for run in runs if isinstance(run, Run)]
    active = [run for run in whole if run.state in ACTIVE]
    result = find_result(whole, active)
    page.warn_invalid_query_params(list_query_faults())
    if active:
        show_live_panel(active, whole)
    elif result:
        show_result(result, whole)
    with page.show_errors():
        if active or result:
            unfold_form()
            with st.expander("Start another training", icon=":material/add:", key=FORM, on_change="rerun"):
                _draw_new_runs(whole)
        else:
            _draw_new_runs(whole)
    show_run_list([run for run in runs if run not in active], [run for run in active if run.state != "queued"])


def _draw_new_runs(runs: list[Run]) -> None:
    """Draw the settings of new runs and the button that starts them."""
    models, places = choose_models()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        recipe = draw_recipe()
        quickly = draw_quick(models)
        start = st.container(horizontal=True, width="content")
    summary = st.container(gap="xsmall")
    configs, name, axes = draw_form(models, recipe, quickly)
    swept = expand_grid(configs, axes)
    catalog = state.training_catalog()
    _describe_cards(places, {config.model: config for config in configs}, recipe, catalog, runs)
    configs = [replace(config, source=catalog.source) for config, _ in swept]
    names = name_sweep_runs(name, swept)
    with summary:
        _describe_runs(configs, catalog, runs)
        over_quota = _show_quota(len(configs), runs)
    with start:
        started = access.button(
            _label_start_button(len(models), len(configs)),
            type="primary",
            icon=":material/play_arrow:",
            disabled=not models or over_quota,
            help=None if models else "Choose at least one model first.",
            key="start",
            on_click=_check_data,
            args=(identify(catalog),),
        )
        draw_train_all(is_busy(leave_out_quick(list_runs_here())), catalog)
    if started:
        if changed := st.session_state.pop(CHANGED, ""):
            raise DataError(changed)
        title = make_sweep_title(name, swept, datetime.now())
        launched = access.perform(launch_all, configs, names, sweep=title, moment=MOMENT, catalog=catalog)
        few = len(launched) <= MAX_NAMED
        names = join_names(list(label_runs(launched).values())) if few else f"{len(launched)} runs"
        st.toast(f"Started: {markdown.escape(names)}", icon=":material/play_arrow:")
        forget_result()
        st.rerun()  # the runs stand above


def _check_data(shown: ShownData) -> None:
    """Note, before the page is drawn anew, if the data are not those that it showed as Start was pressed."""
    st.session_state.pop(CHANGED, None)
    try:
        require_shown_for_training(shown)
        st.session_state[FORM] = False
    except CatDogError as error:
        st.session_state[CHANGED] = str(error)


def _describe_cards(
    places: Mapping[str, DeltaGenerator],
    chosen: Mapping[str, TrainConfig],
    recipe: str,
    catalog: Catalog,
    runs: list[Run],
) -> None:
    """Say in each model's card how it would be trained, and how long that takes where an earlier run tells."""
    counts = catalog.counts()
    for name, place in places.items():
        config = chosen.get(name) or make_config(name, recipe, source=catalog.source)
        seconds = estimate_seconds(runs, config, counts, catalog.fingerprint)
        takes = f" · about {format_duration(seconds)}" if seconds else ""
        place.caption(f"{describe_config(config)}{takes}")


def _describe_runs(configs: list[TrainConfig], catalog: Catalog, runs: list[Run]) -> None:
    """Say on how many images these runs train, and how long that takes where earlier runs tell."""
    training = used = catalog.indices(TRAINING)
    if configs:
        used = sample_stratified(training, catalog.labels, configs[0].fraction, configs[0].seed)
    counts = catalog.counts()
    estimates = [estimate_seconds(runs, config, counts, catalog.fingerprint) for config in configs]
    takes = ""
    if estimates and None not in estimates:
        at_most = "at most " if configs[0].patience else ""
        takes = f" Takes **{at_most}about {format_duration(sum(estimates))}** on this machine, going by earlier runs."
        if any(run.state in ACTIVE for run in runs):
            takes += " Runs that wait or train already come first."
    st.markdown(
        f"Trains on **{len(used):,} of {len(training):,} training images** of {markdown.escape(catalog.title)}.{takes}"
    )


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


main()
