"""Lay runs side by side: their learning curves and scores, beside the notebook's."""

import streamlit as st

from catdog.comparison import (
    build_table,
    describe_overfitting,
    get_baseline,
    group_by_seed,
    label_runs,
    warn_about_data,
)
from catdog.errors import RunError
from catdog.runs import open_run
from catdog.training import ACTIVE
from pages.components import markdown, page, state
from pages.components.compare.curves import Look, choose_look, draw, fold_words
from pages.components.compare.downloads import downloads
from pages.components.compare.scores import score_notes, score_table, settings_table
from pages.components.compare.significance import better
from pages.components.run_picker import choose_runs

EVERY = 1.0  # seconds between two looks at the chosen runs that are active


def main() -> None:
    """Draw the page."""
    page.page_header(
        "Compare",
        "A learning curve shows after every epoch how often a model is right: on its training pictures (dashed) and "
        "on validation pictures that it never learns from (solid). Where the dashed line climbs away from the solid "
        "one, the model learns pictures by heart instead of learning what tells the two kinds apart.",
    )
    runs = state.runs()
    if not runs:
        st.info(
            "The learning curves and scores of your runs will appear here, side by side. There is no run yet.",
            icon=":material/query_stats:",
        )
        if st.button("Train a first model", type="primary", icon=":material/model_training:"):
            st.switch_page("train.py")
        return
    names = label_runs(runs)
    chosen = choose_runs(runs, names, "compared")
    if not chosen:
        st.info("Choose one or more runs above to see their curves and scores.", icon=":material/query_stats:")
        return
    look = choose_look(can_fold=len(group_by_seed(chosen)) < len(chosen))
    active = any(run.state in ACTIVE for run in chosen)
    # It polls only while one of the chosen runs is active, so that its curve grows in place.
    st.fragment(_results, run_every=EVERY if active else None, key="results")(
        {run.id: names[run.id] for run in chosen}, active, look
    )
    finished = [run for run in chosen if run.files.predictions.exists()]
    better(finished, names)
    downloads(chosen, names, look)


def _results(names: dict[str, str], active: bool, look: Look) -> None:
    """Draw the chart, the table and what they say; runs by itself every second while one of the runs is active.

    names: {run id: name} of the chosen runs.
    """
    try:
        runs = [open_run(state.settings(), one) for one in names]
    except RunError:
        st.rerun()  # one was deleted meanwhile
    if active and not any(run.state in ACTIVE for run in runs):
        st.rerun()  # the last one has ended: the whole page shows its scores, and stops polling
    warning = warn_about_data(runs, names)
    if warning:
        st.warning(markdown.escape(warning), icon=":material/warning:")
    histories = {run.id: run.history() for run in runs}
    draw(runs, names, histories, look)
    if look.fold:
        st.markdown("\n".join(f"- {markdown.escape(words)}" for words in fold_words(runs, histories)))
    st.header("Scores", anchor=False)
    rows = build_table(runs, names)
    score_table(rows)
    score_notes(runs, rows)
    verdicts = {names[run.id]: describe_overfitting(histories[run.id], get_baseline(run)) for run in runs}
    if any(verdicts.values()):
        st.header("Does it overfit?", anchor=False)
        st.markdown("\n".join(f"- **{markdown.escape(name)}**: {words}" for name, words in verdicts.items() if words))
    settings_table(runs, names)


main()
