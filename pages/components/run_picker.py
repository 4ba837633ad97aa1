"""The choice of one or more runs, kept in the address bar by their ids, so that a link shows the same runs."""

from collections.abc import Collection, Mapping, Sequence

import streamlit as st

from catdog.comparison import label_runs, list_sweeps, select_latest_finished
from catdog.runs import DamagedRun, Run
from catdog.utils.text import join_names
from pages.components import markdown, page, state

NEWEST = 20  # sweeps that are offered


def label_choice(runs: Sequence[Run], chosen: Collection[str]) -> dict[str, str]:
    """Return {run id: what a choice of runs calls it}, each name once.

    Args:
        runs: All that can be chosen.
        chosen: The ids of those that are. They are told apart from each other, as in the page's charts and tables; the
            others, from all.
    """
    everything = label_runs(runs)
    names = everything | label_runs([run for run in runs if run.id in chosen])
    return names if len(set(names.values())) == len(names) else everything


def choose_runs(runs: Sequence[Run], key: str, with_seeds: bool = False) -> tuple[list[Run], dict[str, str]]:
    """Draw the choice of runs, at first the latest finished one of each model, best on the data in use.

    Args:
        runs: All runs, newest first.
        key: Tells the choice of one page from that of another.
        with_seeds: Whether at first those of other seeds that were started with the latest ones are chosen too.

    Returns:
        The chosen runs, and {run id: what the page calls it} of each.
    """
    by_id = {run.id: run for run in runs}
    before = f"{key}-before"
    from_address = st.query_params.get_all("run")
    missing = [run_id for run_id in from_address if run_id and run_id not in by_id]
    entries = state.run_entries() if missing else []
    damaged = {entry.id: entry.problem for entry in entries if isinstance(entry, DamagedRun)}
    for run_id in set(missing) & set(damaged):
        st.warning(markdown.escape(damaged[run_id]), icon=":material/broken_image:")
    missing = [run_id for run_id in missing if run_id not in damaged]
    if missing:
        listed = join_names([markdown.escape(run_id[:40]) for run_id in missing[:3]])
        st.warning(
            f"The address asks for {listed}, but there is no such run: it may have been deleted.",
            icon=":material/link_off:",
        )
    chosen = [run_id for run_id in from_address or st.session_state.get(before, ()) if run_id in by_id]
    if not chosen and from_address != [""]:
        on_source = [run for run in runs if run.config.source == state.source()]
        latest = select_latest_finished(on_source, with_seeds) or select_latest_finished(runs, with_seeds)
        chosen = [run.id for run in latest or runs[:1]]
    st.session_state[key] = chosen
    names = label_choice(runs, chosen)
    st.multiselect(
        "Runs",
        list(by_id),
        format_func=lambda run_id: names.get(run_id, run_id),
        key=key,
        on_change=_remember,
        args=(key, before),
        placeholder="Choose runs",
    )
    _sweep_choice(runs, key, before)
    page.warn_about_damage([by_id[run_id] for run_id in chosen])
    return [by_id[run_id] for run_id in chosen], {run_id: names[run_id] for run_id in chosen}


def _sweep_choice(runs: Sequence[Run], key: str, before: str) -> None:
    """Draw the choice of a sweep, newest first, which chooses all its runs; nothing if there is none."""
    sweeps = dict(list(list_sweeps(runs).items())[:NEWEST])
    if sweeps:
        st.selectbox(
            "A whole sweep",
            list(sweeps),
            index=None,
            format_func=lambda title: f"{title}: {len(sweeps[title])} runs",
            placeholder="Or all the runs of a sweep",
            label_visibility="collapsed",
            key=f"{key}-sweep",
            on_change=_choose_sweep,
            args=(key, before, {title: [run.id for run in members] for title, members in sweeps.items()}),
            width=400,
        )


def _choose_sweep(key: str, before: str, sweeps: Mapping[str, list[str]]) -> None:
    """Choose the runs of a sweep, and let its field be ready for another one."""
    title = st.session_state[f"{key}-sweep"]
    if title in sweeps:
        st.session_state[key] = sweeps[title]
        _remember(key, before)
    st.session_state[f"{key}-sweep"] = None


def choose_run(label: str, names: Mapping[str, str], key: str) -> str:
    """Draw the choice of one run, which the address keeps unless it is the first.

    Args:
        label: Of the field.
        names: {run id: what it is called}; the first is chosen at first.
        key: The name in the address, and of the field.

    Returns:
        The chosen run's id.
    """
    ids = list(names)
    from_address = st.query_params.get(key)
    before = st.session_state.get(key)
    # set even if it stays, since the browser keeps the words of a choice, and the run may be called otherwise now
    st.session_state[key] = before if before in ids else from_address if from_address in ids else ids[0]
    chosen = st.selectbox(label, ids, format_func=lambda run_id: names.get(run_id, run_id), key=key)
    if chosen == ids[0]:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = chosen
    return chosen


def _remember(key: str, before: str) -> None:
    st.session_state[before] = st.session_state[key]  # for a visit to another page, which clears the address
    st.query_params["run"] = st.session_state[key] or [""]
