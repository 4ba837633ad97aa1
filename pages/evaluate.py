"""The Evaluate page: which mistakes a run makes, with the images, and how good its predictions are."""

import streamlit as st

from catdog.comparison import warn_about_data
from catdog.datasets import TEST, VALIDATION
from catdog.runs import Run
from catdog.utils.class_names import describe_mapping
from catdog.utils.text import join_names
from pages.components import markdown, page, state
from pages.components.evaluate.mistakes import show_mistakes
from pages.components.evaluate.predictions import HERE, OWN, EvaluatedRun, gather_predictions, list_foreign
from pages.components.predictions import class_names
from pages.components.run_picker import choose_run, choose_runs

DATABASE = ":material/database:"


def main() -> None:
    """Draw the page."""
    page.page_header(
        "Evaluate",
        "Which images does a model get wrong? Click a cell of the confusion matrix to see them.",
    )
    runs = state.runs()
    if not runs:
        _explain_no_run()
        return
    chosen, names = choose_runs(runs, "judged")
    if not chosen:
        st.info("Choose one or more runs above to see how good they are.", icon=":material/fact_check:")
        return
    controls = st.container(horizontal=True, vertical_alignment="bottom")
    with controls:
        split, on = _choose_images(chosen)
    evaluated = gather_predictions(chosen, names, state.dataset(), split, on)
    if not evaluated:
        return
    with controls:
        focus = _choose_focus(evaluated)
    _warn_about_images(evaluated, names)
    st.fragment(show_mistakes, key="focus-fragment")(evaluated, focus, state.dataset(), split)


def _explain_no_run() -> None:
    st.info(
        "The images that your models get wrong will appear here. There is no run yet.",
        icon=":material/fact_check:",
    )
    if st.button("Train a first model", type="primary", icon=":material/model_training:"):
        st.switch_page("train.py")


def _choose_images(chosen: list[Run]) -> tuple[str, str]:
    """Let the user choose the split and, if a run learned from other data, the data; return both."""
    split = st.segmented_control(
        "Split",
        (TEST, VALIDATION),
        default=TEST,
        required=True,
        key="of",
        bind="query-params",
        help="The test images were used for nothing else, so they give a fair estimate. The validation images chose "
        "each run's best epoch, so its scores on them are slightly optimistic.",
    )
    on = OWN
    if list_foreign(chosen, state.catalog()):
        on = st.segmented_control(
            "Images from",
            (OWN, HERE),
            default=OWN,
            required=True,
            key="data-of",
            bind="query-params",
            help="Evaluate a run on images of the data it learned from, or on those of the data in use.",
        )
    return split, on


def _choose_focus(evaluated: list[EvaluatedRun]) -> EvaluatedRun:
    """Let the user choose the run whose mistakes are shown; the only one is chosen without a field."""
    if len(evaluated) == 1:
        return evaluated[0]
    with st.container(width=190):
        chosen = choose_run("Mistakes of", {run.id: run.name for run in evaluated}, "focus")
    return next(run for run in evaluated if run.id == chosen)


def _warn_about_images(evaluated: list[EvaluatedRun], names: dict[str, str]) -> None:
    """Warn if the runs are evaluated on different images, or on images of other data than they learned from."""
    if len({run.data for run in evaluated}) > 1:
        warning = warn_about_data([run.run for run in evaluated if run.own], names)
        st.warning(
            markdown.escape(warning or "These runs are evaluated on different images, so they can't be compared."),
            icon=":material/warning:",
        )
    _warn_about_labels(evaluated)
    elsewhere = [run for run in evaluated if run.own and not run.in_use]
    if elsewhere:
        st.info(
            f"Evaluated on the data it learned from, not on the data in use: {_describe_runs(elsewhere)}.",
            icon=DATABASE,
        )
    foreign = [run for run in evaluated if not run.own]
    if foreign:
        mappings = {describe_mapping(run.classes, class_names(run.run)): None for run in foreign}
        st.info(
            f"Evaluated on images of the data in use, which it never learned from: {_describe_runs(foreign)}."
            + "".join(
                f" The classes here, and what the run calls them: {markdown.escape(mapping)}."
                for mapping in mappings
                if mapping
            ),
            icon=DATABASE,
        )


def _warn_about_labels(evaluated: list[EvaluatedRun]) -> None:
    """Say which runs were scored with other labels than the data in use have now, and how many those are."""
    now, runs = set(state.catalog().corrected), []
    for run in evaluated:
        changed = now.symmetric_difference(run.run.data.get("corrected", {}).get("paths", ()))
        if run.own and run.in_use and changed:
            runs.append(f"**{markdown.escape(run.name)}** ({len(changed):,})")
    if runs:
        st.info(
            f"Labels have been corrected since these were scored: {join_names(runs)}. "
            "The scores go by the labels then.",
            icon=":material/edit:",
        )


def _describe_runs(evaluated: list[EvaluatedRun]) -> str:
    """Name runs and what each learned from, as Markdown."""
    return join_names(
        [
            f"**{markdown.escape(run.name)}** (learned from {state.describe_source(run.run.config.source)})"
            for run in evaluated
        ]
    )


main()
