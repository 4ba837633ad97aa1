"""Lay runs side by side: their learning curves and scores, beside the notebook's."""

import streamlit as st

from catdog.comparison import alike, baseline, data_warning, labels, latest_finished, overfitting, table
from catdog.errors import RunError
from catdog.runs import Run, open_run
from catdog.training import ACTIVE
from catdog.words import listed
from views import shared
from views.better import better
from views.comparechart import Look, choose_look, draw, fold_words
from views.downloads import downloads
from views.scoretable import score_notes, score_table, settings_table

EVERY = 1.0  # seconds between two looks at the chosen runs that are active


def main() -> None:
    """Draw the page."""
    shared.opening(
        "Compare",
        "A learning curve shows after every epoch how often a model is right: on its training pictures (dashed) and "
        "on validation pictures that it never learns from (solid). Where the dashed line climbs away from the solid "
        "one, the model learns pictures by heart instead of learning what tells the two kinds apart.",
    )
    runs = shared.runs()
    if not runs:
        st.info(
            "The learning curves and scores of your runs will appear here, side by side. There is no run yet.",
            icon=":material/query_stats:",
        )
        if st.button("Train a first model", type="primary", icon=":material/model_training:"):
            st.switch_page("views/train.py")
        return
    chosen = _choose(runs)
    if not chosen:
        st.info("Choose one or more runs above to see their curves and scores.", icon=":material/query_stats:")
        return
    look = choose_look(can_fold=len(alike(chosen)) < len(chosen))
    active = any(run.state in ACTIVE for run in chosen)
    names = labels(runs)
    # It polls only while one of the chosen runs is active, so that its curve grows in place.
    st.fragment(_results, run_every=EVERY if active else None, key="results")(
        {run.id: names[run.id] for run in chosen}, active, look
    )
    finished = [run for run in chosen if run.files.predictions.exists()]
    better(finished, names)
    downloads(chosen, names, look)


def _choose(runs: list[Run]) -> list[Run]:
    """Draw the choice of runs and return those chosen; the address says which, by id, so that a link shows the same."""
    names = labels(runs)
    asked = st.query_params.get_all("run")
    gone = [one for one in asked if one and one not in names]
    if gone:
        st.warning(
            f"The address asks for {listed([shared.plain(one[:40]) for one in gone[:3]])}, but there is no such run: "
            "it may have been deleted.",
            icon=":material/link_off:",
        )
    chosen = [one for one in asked or st.session_state.get("compared-before", ()) if one in names]
    if not chosen and asked != [""]:
        here = [run for run in runs if run.config.source == shared.source()]
        chosen = [run.id for run in latest_finished(here) or latest_finished(runs) or runs[:1]]
    st.session_state["compared"] = chosen
    st.multiselect(
        "Runs",
        list(names),
        format_func=lambda one: names.get(one, one),
        key="compared",
        on_change=_remember,
        placeholder="Choose runs",
    )
    by_id = {run.id: run for run in runs}
    return [by_id[one] for one in st.session_state["compared"]]


def _remember() -> None:
    chosen = st.session_state["compared"]
    st.session_state["compared-before"] = chosen  # for a visit to another page, which clears the address
    st.query_params["run"] = chosen or [""]


def _results(names: dict[str, str], active: bool, look: Look) -> None:
    """Draw the chart, the table and what they say; runs by itself every second while one of the runs is active.

    names: {run id: name} of the chosen runs.
    """
    try:
        runs = [open_run(shared.settings(), one) for one in names]
    except RunError:
        st.rerun()  # one was deleted meanwhile
    if active and not any(run.state in ACTIVE for run in runs):
        st.rerun()  # the last one has ended: the whole page shows its scores, and stops polling
    warning = data_warning(runs, names)
    if warning:
        st.warning(shared.plain(warning), icon=":material/warning:")
    histories = {run.id: run.history() for run in runs}
    draw(runs, names, histories, look)
    if look.fold:
        st.markdown("\n".join(f"- {shared.plain(words)}" for words in fold_words(runs, histories)))
    st.header("Scores", anchor=False)
    rows = table(runs, names)
    score_table(rows)
    score_notes(runs, rows)
    verdicts = {names[run.id]: overfitting(histories[run.id], baseline(run)) for run in runs}
    if any(verdicts.values()):
        st.header("Does it overfit?", anchor=False)
        st.markdown("\n".join(f"- **{shared.plain(name)}**: {words}" for name, words in verdicts.items() if words))
    settings_table(runs, names)


main()
