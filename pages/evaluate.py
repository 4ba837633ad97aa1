"""Judge the models: how good each run's answers are, with which mistakes, and where it looks."""

import streamlit as st

from catdog.comparison import label_runs, warn_about_data
from catdog.datasets import TEST, VALIDATION
from catdog.runs import Run
from catdog.utils.text import join_names
from pages.components import markdown, page, state
from pages.components.evaluate.predictions import HERE, OWN, Judged, gather, strangers
from pages.components.evaluate.scores import class_scores_table, score_table
from pages.components.evaluate.threshold import focus
from pages.components.run_picker import choose_runs

DATABASE = ":material/database:"


def main() -> None:
    """Draw the page."""
    page.page_header(
        "Evaluate",
        "How often a model is right is only the beginning: it also matters which mistakes it makes, how sure it is "
        "when it makes them, and what it looks at. Judge it by pictures that it has never seen, and look at those "
        "that it gets wrong.",
    )
    runs = state.runs()
    if not runs:
        _no_run()
        return
    names = label_runs(runs)
    chosen = choose_runs(runs, names, "judged")
    if not chosen:
        st.info("Choose one or more runs above to see how good they are.", icon=":material/fact_check:")
        return
    split, on = _choose_pictures(chosen)
    judged = gather(chosen, names, state.dataset(), split, on)
    if not judged:
        return
    _say_whose_pictures(judged, names)
    _say_what_they_are_worth(split)
    st.header("Scores", anchor=False)
    score_table(judged)
    st.header("For each class", anchor=False)
    class_scores_table(judged)
    st.fragment(focus, key="focus-fragment")(judged, state.dataset(), split)


def _no_run() -> None:
    st.info(
        "How good your models are, the pictures that they get wrong and where they look will appear here. There is no "
        "run yet.",
        icon=":material/fact_check:",
    )
    if st.button("Train a first model", type="primary", icon=":material/model_training:"):
        st.switch_page("train.py")


def _choose_pictures(chosen: list[Run]) -> tuple[str, str]:
    """Let the user choose the split and, where a run learned from other data, the data; return both."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split = st.segmented_control(
            "Judged by the pictures for", (TEST, VALIDATION), default=TEST, required=True, key="of", bind="query-params"
        )
        on = OWN
        if strangers(chosen, state.catalog()):
            on = st.segmented_control(
                "of",
                (OWN, HERE),
                default=OWN,
                required=True,
                key="data-of",
                bind="query-params",
                help="A run is judged by pictures of the data that it learned from, or by those of the data in use.",
            )
    return split, on


def _say_whose_pictures(judged: list[Judged], names: dict[str, str]) -> None:
    """Warn where the runs are not judged by the same pictures, or by pictures of other data than they learned from."""
    learned = [one for one in judged if one.own]
    if len({one.data for one in judged}) > 1:
        warning = warn_about_data([one.run for one in learned], names)
        st.warning(
            markdown.escape(warning or "These runs are judged by different pictures, so they can't be compared."),
            icon=":material/warning:",
        )
    elsewhere = [one for one in judged if one.own and not one.here]
    if elsewhere:
        st.info(f"Judged by the answers to its own data, not to the data in use: {_told(elsewhere)}.", icon=DATABASE)
    strange = [one for one in judged if not one.own]
    if strange:
        st.info(f"Judged by pictures of the data in use, which it never learned from: {_told(strange)}.", icon=DATABASE)


def _told(judged: list[Judged]) -> str:
    """Name runs and what each learned from, as Markdown."""
    return join_names(
        [
            f"**{markdown.escape(one.name)}** (learned from {state.describe_source(one.run.config.source)})"
            for one in judged
        ]
    )


def _say_what_they_are_worth(split: str) -> None:
    """Say why the test pictures are the honest judge."""
    if split == VALIDATION:
        st.caption(
            ":material/info: The validation pictures helped to choose the epoch whose model is kept, so these numbers "
            "are slightly flattering: for an honest one, see the **test** pictures."
        )
    else:
        st.caption(
            ":material/info: The test pictures were used for nothing else, neither to learn nor to choose the best "
            "epoch as the validation pictures were, so this number is the honest one. (In the published notebook, the "
            "test photos overlapped the validation photos; here they never do.)"
        )


main()
