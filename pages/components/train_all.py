"""The button that trains all four models, and its dialog, which says how long that takes and asks first."""

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
from pages.components import access, markdown, state
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


def draw_train_all(busy: bool, catalog: Catalog | None = None) -> None:
    """Draw the button that opens the dialog, and why the dialog did not do what it says.

    Args:
        busy: Whether runs on the data in use train or wait already.
        catalog: What the runs would learn from, where the page has it already.
    """
    reason = "Models train already. You can train all four once they have ended." if busy else ""
    try:
        catalog = catalog or state.training_catalog()
    except CatDogError as error:
        reason = str(error)
    if access.button(
        "Train all four",
        key="train-all",
        icon=":material/playlist_play:",
        disabled=bool(reason),
        help=markdown.escape(reason) or "Trains model1 to model4 one after another. It asks first.",
    ):
        st.dialog("Train all four models?", icon=":material/playlist_play:")(_draw_dialog)(catalog)
    if problem := st.session_state.pop(PROBLEM, ""):
        st.error(markdown.escape(problem), icon=":material/error:")


def _draw_dialog(catalog: Catalog) -> None:
    """Draw what is trained and how long that takes, the choice of seeds, and the button that starts it."""
    summary = st.container()
    seeds = st.segmented_control(
        "Seeds",
        SEEDS,
        default=SEEDS[0],
        required=True,
        key="seeds",
        help="The seed decides a run's first weights and the order of the images. Three runs of each model that differ "
        "only in the seed show how much of a result is luck.",
    )
    count = (seeds or SEEDS[0]) * len(MODELS)
    summary.markdown(_describe(count, catalog))
    with st.container(horizontal=True):
        started = access.button(
            f"Start {count} runs",
            key="start-all",
            type="primary",
            icon=":material/play_arrow:",
            on_click=_train_all,
            args=(identify(catalog),),
        )
        if st.button("Cancel", key="cancel-all") or started:
            st.rerun()  # closes the dialog


def _describe(count: int, catalog: Catalog) -> str:
    """Say what so many runs train on, and how long that takes where earlier runs tell."""
    source = state.describe_source(catalog.source)
    text = f"Trains model1 to model4 one after another on the {source}, with the Steady recipe."
    runs, counts = state.runs(), catalog.counts()
    configs = [make_config(name, source=catalog.source) for name in MODELS]
    durations = [estimate_seconds(runs, config, counts, catalog.fingerprint) for config in configs]
    if None in durations:
        text += " The time is unknown until each model has been trained once."
    else:
        seconds = sum(durations) * count / len(MODELS)
        text += f" It takes **about {format_duration(seconds)}**, going by earlier runs."
    return f"{text} You can close the page meanwhile."


def _train_all(shown: ShownData) -> None:
    try:
        if not is_busy(leave_out_quick(list_runs_here())):  # a second, impatient click trains nothing twice
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
