"""The Evaluate page: how good each run's predictions are, with which mistakes, and where it looks."""

import streamlit as st

from catdog.comparison import warn_about_data
from catdog.datasets import TEST, VALIDATION
from catdog.runs import Run
from catdog.utils.class_names import describe_mapping
from catdog.utils.text import join_names
from pages.components import markdown, page, state
from pages.components.evaluate.predictions import HERE, OWN, EvaluatedRun, gather_predictions, list_foreign
from pages.components.evaluate.scores import show_class_scores, show_scores
from pages.components.evaluate.threshold import show_threshold
from pages.components.predictions import class_names
from pages.components.run_picker import choose_runs

DATABASE = ":material/database:"


def main() -> None:
    """Draw the page."""
    page.page_header(
        "Evaluate",
        "How often a model is right is only the beginning: it also matters which mistakes it makes, how confident it "
        "is when it makes them, and what it looks at. Judge it by images that it has never seen, and look at those "
        "that it gets wrong.",
    )
    runs = state.runs()
    if not runs:
        _explain_no_run()
        return
    chosen, names = choose_runs(runs, "judged")
    if not chosen:
        st.info("Choose one or more runs above to see how good they are.", icon=":material/fact_check:")
        return
    split, on = _choose_images(chosen)
    evaluated = gather_predictions(chosen, names, state.dataset(), split, on)
    if not evaluated:
        return
    _warn_about_images(evaluated, names)
    _explain_split(split, evaluated)
    st.header("Scores", anchor=False)
    show_scores(evaluated, split)
    st.header("For each class", anchor=False)
    show_class_scores(evaluated)
    st.fragment(show_threshold, key="focus-fragment")(evaluated, state.dataset(), split)


def _explain_no_run() -> None:
    st.info(
        "How good your models are, the pictures that they get wrong and where they look will appear here. There is no "
        "run yet.",
        icon=":material/fact_check:",
    )
    if st.button("Train a first model", type="primary", icon=":material/model_training:"):
        st.switch_page("train.py")


def _choose_images(chosen: list[Run]) -> tuple[str, str]:
    """Let the user choose the split and, if a run learned from other data, the data; return both."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split = st.segmented_control(
            "Judged by the images for", (TEST, VALIDATION), default=TEST, required=True, key="of", bind="query-params"
        )
        on = OWN
        if list_foreign(chosen, state.catalog()):
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


def _warn_about_images(evaluated: list[EvaluatedRun], names: dict[str, str]) -> None:
    """Warn if the runs are evaluated on different images, or on images of other data than they learned from."""
    if len({run.data for run in evaluated}) > 1:
        warning = warn_about_data([run.run for run in evaluated if run.own], names)
        st.warning(
            markdown.escape(warning or "These runs are judged by different pictures, so they can't be compared."),
            icon=":material/warning:",
        )
    elsewhere = [run for run in evaluated if run.own and not run.in_use]
    if elsewhere:
        st.info(
            f"Judged by the answers to its own data, not to the data in use: {_describe_runs(elsewhere)}.",
            icon=DATABASE,
        )
    foreign = [run for run in evaluated if not run.own]
    if foreign:
        mappings = {describe_mapping(run.classes, class_names(run.run)): None for run in foreign}
        st.info(
            f"Judged by pictures of the data in use, which it never learned from: {_describe_runs(foreign)}."
            + "".join(
                f" The classes here, and what the run calls them: {markdown.escape(mapping)}."
                for mapping in mappings
                if mapping
            ),
            icon=DATABASE,
        )


def _describe_runs(evaluated: list[EvaluatedRun]) -> str:
    """Name runs and what each learned from, as Markdown."""
    return join_names(
        [
            f"**{markdown.escape(run.name)}** (learned from {state.describe_source(run.run.config.source)})"
            for run in evaluated
        ]
    )


def _explain_split(split: str, evaluated: list[EvaluatedRun]) -> None:
    """Say which model is scored how, and why scores on the test images are the fair ones."""
    once = "Each run's kept model, scored once in float32: the same accuracies as on every other page. "
    if any(not run.own for run in evaluated):
        once = ""
    if split == TEST:
        st.caption(
            f":material/info: {once}The test images were used for nothing else, neither to learn nor to choose an "
            "epoch. So this is a fair estimate, unless you choose a run by it. (In the published notebook, some test "
            "photos were validation photos too; here none is.)"
        )
    elif any(run.run.config.restore_best for run in evaluated):
        st.caption(
            f":material/info: {once}The validation images chose the epoch whose model is kept, so these scores are "
            "slightly flattering. For a fair estimate, look at the **test** images."
        )
    else:
        st.caption(f":material/info: {once}For a fair comparison with other runs, look at the **test** images.")


main()
