"""The Compare page: learning curves and scores of runs side by side, and what they show in words."""

import streamlit as st

from catdog.comparison import average_rows, build_table, diagnose_run, group_by_seed, warn_about_data
from catdog.errors import RunError
from catdog.runs import open_run
from catdog.training import ACTIVE
from pages.components import markdown, page, state
from pages.components.compare.ablations import show_ablations
from pages.components.compare.curve_settings import CurveSettings, choose_curves
from pages.components.compare.curves import describe_runs, describe_seeds, show_curves
from pages.components.compare.diagnoses import show_diagnoses
from pages.components.compare.downloads import show_downloads
from pages.components.compare.score_bars import show_score_bars
from pages.components.compare.scores import explain_scores, show_scores, show_settings
from pages.components.compare.significance import show_significance
from pages.components.run_picker import choose_runs

POLL_SECONDS = 1.0  # while one of the chosen runs is active


def main() -> None:
    """Draw the page."""
    page.page_header(
        "Compare",
        "How each run learned. Where the dashed line climbs away from the solid one, a model memorizes.",
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
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="chosen-runs"):
        choice, options = st.container(), st.container(width="content", key="curve-options")
    with choice:
        chosen, names = choose_runs(runs, "compared", with_seeds=True)
    if not chosen:
        st.info("Choose one or more runs above to see their curves and scores.", icon=":material/query_stats:")
        return
    with options:
        curves = choose_curves(can_average=len(group_by_seed(chosen)) < len(chosen))
    active = any(run.state in ACTIVE for run in chosen)
    # It polls only while one of the chosen runs is active, so that its curve grows in place.
    st.fragment(_results, run_every=POLL_SECONDS if active else None, key="results")(
        {run.id: names[run.id] for run in chosen}, active, curves
    )
    finished = [run for run in chosen if run.files.predictions.exists()]
    show_significance(finished, names)
    show_downloads(chosen, names, curves)


def _results(names: dict[str, str], active: bool, curves: CurveSettings) -> None:
    """Draw the chart, the table and what they say; runs by itself every second while one of the runs is active.

    Args:
        names: {run id: name} of the chosen runs.
        active: Whether one of them was active when the page was drawn.
        curves: How the user wants the curves.
    """
    try:
        runs = [open_run(state.settings(), run_id) for run_id in names]
    except RunError:
        st.rerun()  # a run was deleted meanwhile
    if active and not any(run.state in ACTIVE for run in runs):
        st.rerun()  # the last one has ended: the whole page shows its scores, and stops polling
    warning = warn_about_data(runs, names)
    if warning:
        st.warning(markdown.escape(warning), icon=":material/warning:")
    histories = {run.id: run.history() for run in runs}
    diagnoses = {run.id: diagnosis for run in runs if (diagnosis := diagnose_run(run, histories[run.id]))}
    if sentence := describe_runs(runs, names, diagnoses, curves.average):
        with st.container(key="what-they-show"):
            st.markdown(f"**{markdown.escape(sentence)}**")
    show_curves(runs, names, histories, curves)
    if curves.average:
        st.markdown("\n".join(f"- {markdown.escape(sentence)}" for sentence in describe_seeds(runs, histories)))
    st.header("Scores", anchor=False)
    rows = build_table(runs, names)
    if curves.average:
        rows = average_rows(runs, rows, names)
    show_score_bars(rows)
    with st.expander("All scores, and what they can show", icon=":material/table_rows:"):
        show_scores(rows)
        explain_scores(runs, rows)
    show_diagnoses(runs, names, diagnoses)
    show_ablations(runs, names)
    show_settings(runs, names)


main()
