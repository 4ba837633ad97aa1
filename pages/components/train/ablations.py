"""The buttons that train a finished run once more with one change each, to see what that change does."""

from datetime import datetime

import streamlit as st

from catdog.comparison import label_runs
from catdog.errors import CatDogError
from catdog.runs import MOMENT, Run, launch_all
from catdog.training import ACTIVE
from catdog.training.ablation import Ablation, list_ablations, make_ablation_title, name_ablation
from catdog.utils.text import join_names
from pages.components import access, markdown, state
from pages.components.run_data import GONE, has_data, open_own_data

PROBLEM = "ablation-problem"  # the session's key of why a button did not do what it says
HELP = (
    "Trains {count} once more on the same images with the same seed: {what}. All else stays the same, so Compare can "
    "show what the change does."
)


def draw_ablations(run: Run) -> None:
    """Draw the buttons of a run's ablations that were not run yet, and a link to Compare where some were."""
    if problem := st.session_state.pop(PROBLEM, ""):
        st.error(markdown.escape(problem), icon=":material/error:")
    ablations = list_ablations(run.config)
    if not run.finished or not ablations:
        return
    attempts = [other for other in state.runs() if other.original == run.id]
    tried = [other.config for other in attempts if other.finished or other.state in ACTIVE]
    remaining = [ablation for ablation in ablations if ablation.config not in tried]
    st.markdown("**Which change does it?** An ablation changes one thing and leaves all else as it was.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(remaining) > 1:
            _draw_button(run, remaining, "Run ablations", "all", "secondary")
        for number, ablation in enumerate(ablations):
            if ablation in remaining:
                _draw_button(run, [ablation], f"Run {ablation.phrase}", str(number), "tertiary")
        if attempts:
            query = {"run": [run.id, *(other.id for other in reversed(attempts))]}
            st.page_link(
                "compare.py", label="Compare with its ablations", icon=":material/query_stats:", query_params=query
            )


def _draw_button(run: Run, ablations: list[Ablation], label: str, key: str, kind: str) -> None:
    gone = not has_data(run)
    what = "; ".join(ablation.phrase for ablation in ablations)
    count = f"{len(ablations)} runs" if len(ablations) > 1 else "it"
    access.button(
        label,
        key=f"ablation-{key}-{run.id}",
        icon=":material/science:",
        type=kind,
        disabled=gone,
        help=GONE if gone else HELP.format(count=count, what=what),
        on_click=_start,
        args=(run, ablations),
    )


def _start(run: Run, ablations: list[Ablation]) -> None:
    try:
        configs = [ablation.config for ablation in ablations]
        names = [name_ablation(run.name, ablation) for ablation in ablations]
        title = make_ablation_title(run.name, datetime.now())
        catalog = open_own_data(run)
        started = access.perform(
            launch_all, configs, names, sweep=title, moment=MOMENT, catalog=catalog, original=run.id
        )
    except CatDogError as error:
        st.session_state[PROBLEM] = str(error)
    else:
        st.toast(
            f"Started: {markdown.escape(join_names(list(label_runs(started).values())))}", icon=":material/science:"
        )
