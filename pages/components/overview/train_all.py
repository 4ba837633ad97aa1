"""The button that trains all four models, with one seed or several, and how long that takes."""

from datetime import datetime

import streamlit as st

from catdog.datasets import Catalog
from catdog.errors import CatDogError
from catdog.models.specs import MODELS
from catdog.runs import MOMENT, Run, estimate_seconds, launch_all
from catdog.training import ACTIVE
from catdog.training.recipes import make_config
from catdog.training.sweep import make_sweep_title, name_sweep_runs, repeat_seeds
from catdog.utils.text import format_duration
from pages.components import access, markdown, page, state
from pages.components.shown import ShownData, identify, require_shown_for_training

SEEDS = (1, 3)  # how many of each model are offered
PROBLEM = "train-all-problem"  # where the session keeps why the button did not do what it says


def list_runs_here() -> list[Run]:
    """Return the runs on the data in use, newest first."""
    here = state.source()
    return [run for run in state.runs() if run.config.source == here]


def leave_out_quick(runs: list[Run]) -> list[Run]:
    """Return these runs without the quick ones, which no step of the course and no reference score is about."""
    return [run for run in runs if not run.config.quick]


def is_busy(runs: list[Run]) -> bool:
    """Tell whether any of these runs trains or waits for its turn."""
    return any(run.state in ACTIVE for run in runs)


def draw_train_all(busy: bool) -> None:
    """Draw the button, and say what it does or how far it is.

    Args:
        busy: Whether runs on the data in use train or wait already.
    """
    catalog, fault = None, ""
    try:
        catalog = state.training_catalog()
    except CatDogError as error:
        fault = str(error)
    choices = [str(count) for count in SEEDS]
    word = st.query_params.get("seeds", choices[0])
    page.warn_invalid_query_params(page.describe_invalid_word("number of seeds", word, choices))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        access.button(
            "Train all four",
            on_click=_train_all,
            args=(identify(catalog) if catalog else None,),
            icon=":material/play_arrow:",
            disabled=bool(busy or fault),
            help=markdown.escape(fault)
            or "Trains model1 to model4 one after another with the Steady recipe, in the background.",
        )
        if busy:
            st.markdown("The models train one after another. You can close this page meanwhile.")
        else:
            seeds = st.segmented_control(
                "Seeds",
                SEEDS,
                default=SEEDS[0],
                required=True,
                key="seeds",
                bind="query-params",
                help="The seed decides a run's first weights and the order of the images. Three runs of each model "
                "that differ in the seed only show how much of a result is luck. All four models come once before any "
                "comes again.",
            )
            _describe(seeds, catalog)
    if problem := st.session_state.pop(PROBLEM, ""):
        st.error(markdown.escape(problem), icon=":material/error:")


def _describe(seeds: int, catalog: Catalog | None) -> None:
    """Say what would be trained on which data, and how long that would take, going by earlier runs."""
    source = state.describe_source(state.source())
    count = f"{seeds * len(MODELS)} runs, " if seeds > 1 else ""
    text = f"{count}model1 to model4 one after another, on the {source}. You can close this page meanwhile."
    if catalog:
        runs, counts = state.runs(), catalog.counts()
        configs = [make_config(name, source=catalog.source) for name in MODELS]
        durations = [estimate_seconds(runs, config, counts, catalog.fingerprint) for config in configs]
        if None not in durations:
            text += f" Takes **about {format_duration(seeds * sum(durations))}**, going by earlier runs."
        elif seeds > 1:
            text += f" Takes {seeds} times as long as one seed."
    st.markdown(text)


def _train_all(shown: ShownData | None) -> None:
    try:
        if shown and not is_busy(list_runs_here()):  # a second, impatient click trains nothing twice
            catalog = require_shown_for_training(shown)
            configs = [make_config(name, source=catalog.source) for name in MODELS]
            seeds = st.session_state.get("seeds") or SEEDS[0]
            names, title = [""] * len(configs), ""
            if seeds > 1:
                repeated = repeat_seeds(configs, range(1, seeds + 1))
                configs, names = [config for config, _ in repeated], name_sweep_runs("", repeated)
                title = make_sweep_title(f"All four, {seeds} seeds", repeated, datetime.now())
            access.perform(launch_all, configs, names, sweep=title, moment=MOMENT, catalog=catalog)
    except CatDogError as error:
        st.session_state[PROBLEM] = str(error)
