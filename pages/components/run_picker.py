"""The choice of one or more runs, kept in the address bar by their ids, so that a link shows the same runs."""

from collections.abc import Mapping, Sequence

import streamlit as st

from catdog.comparison import list_sweeps, select_latest_finished
from catdog.runs import Run
from catdog.utils.text import join_names
from pages.components import markdown, state

NEWEST = 20  # sweeps that are offered


def choose_runs(runs: Sequence[Run], names: Mapping[str, str], key: str) -> list[Run]:
    """Draw the choice and return the runs that are chosen, at first the latest finished one of each model.

    Those on the data in use come before others. runs: newest first. names: {run id: what it is called}, of all of
    them. key: tells the choice of one page from that of another.
    """
    before = f"{key}-before"
    asked = st.query_params.get_all("run")
    gone = [one for one in asked if one and one not in names]
    if gone:
        st.warning(
            f"The address asks for {join_names([markdown.escape(one[:40]) for one in gone[:3]])}, but there is no such run: "
            "it may have been deleted.",
            icon=":material/link_off:",
        )
    chosen = [one for one in asked or st.session_state.get(before, ()) if one in names]
    if not chosen and asked != [""]:
        here = [run for run in runs if run.config.source == state.source()]
        chosen = [run.id for run in select_latest_finished(here) or select_latest_finished(runs) or runs[:1]]
    st.session_state[key] = chosen
    st.multiselect(
        "Runs",
        list(names),
        format_func=lambda one: names.get(one, one),
        key=key,
        on_change=_remember,
        args=(key, before),
        placeholder="Choose runs",
    )
    _sweep_choice(runs, key, before)
    by_id = {run.id: run for run in runs}
    return [by_id[one] for one in st.session_state[key]]


def _sweep_choice(runs: Sequence[Run], key: str, before: str) -> None:
    """Draw the choice of a sweep, newest first, which chooses all its runs; nothing where there is none."""
    whole = dict(list(list_sweeps(runs).items())[:NEWEST])
    if whole:
        st.selectbox(
            "A whole sweep",
            list(whole),
            index=None,
            format_func=lambda title: f"{title}: {len(whole[title])} runs",
            placeholder="Or all the runs of a sweep",
            label_visibility="collapsed",
            key=f"{key}-sweep",
            on_change=_choose_sweep,
            args=(key, before, {title: [run.id for run in of_it] for title, of_it in whole.items()}),
            width=400,
        )


def _choose_sweep(key: str, before: str, whole: Mapping[str, list[str]]) -> None:
    """Choose the runs of a sweep, and let its field be ready for another one."""
    title = st.session_state[f"{key}-sweep"]
    if title in whole:
        st.session_state[key] = whole[title]
        _remember(key, before)
    st.session_state[f"{key}-sweep"] = None


def choose_one(label: str, names: Mapping[str, str], key: str) -> str:
    """Draw the choice of one of these runs, {id: name}, and return its id; the address has it, but not the first's."""
    ids = list(names)
    asked = st.query_params.get(key)
    if st.session_state.get(key) not in ids:
        st.session_state[key] = asked if asked in ids else ids[0]
    chosen = st.selectbox(label, ids, format_func=lambda one: names.get(one, one), key=key)
    if chosen == ids[0]:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = chosen
    return chosen


def _remember(key: str, before: str) -> None:
    st.session_state[before] = st.session_state[key]  # for a visit to another page, which clears the address
    st.query_params["run"] = st.session_state[key] or [""]
