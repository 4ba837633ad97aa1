"""Whether one trained model is more accurate than another on the same images, by McNemar's test."""

from collections.abc import Mapping, Sequence

import streamlit as st

from catdog.datasets import TEST, VALIDATION
from catdog.evaluation import MEANING_OF_P, SCOPE, Predictions, describe_mcnemar, describe_resolution, mcnemar
from catdog.runs import Run
from pages.components import markdown, page
from pages.components.run_picker import choose_run


def show_significance(runs: Sequence[Run], names: Mapping[str, str]) -> None:
    """Draw the section; nothing for fewer than two runs.

    Args:
        runs: Those that have stored predictions.
        names: {run id: what the page calls it}.
    """
    if len(runs) < 2:
        return
    st.header("Is one model better?", anchor=False)
    best, *others = sorted(runs, key=lambda run: -(run.selection_accuracy or 0.0))
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    with left:
        first = choose_run("Is this run better", {run.id: names[run.id] for run in (best, *others)}, "better-one")
    with middle:
        second = choose_run("than this run", {run.id: names[run.id] for run in (*others, best)}, "better-other")
    with right:
        split = st.segmented_control(
            "on these images?", (TEST, VALIDATION), default=TEST, required=True, key="better-on", bind="query-params"
        )
    split = split or TEST  # the address may hold an empty word
    if first == second:
        st.info("Choose two different runs.", icon=":material/balance:")
        return
    by_id = {run.id: run for run in runs}
    with page.show_errors():
        first_run, second_run = by_id[first], by_id[second]
        answers = _read_predictions(second_run).in_order(second_run.classes, first_run.classes)
        test = mcnemar(_read_predictions(first_run).of_split(split), answers.of_split(split))
        name, against = names[first], names[second]
        st.markdown(f":material/balance: **{markdown.escape(describe_mcnemar(name, against, test))}**")
        st.markdown(f"{describe_resolution(test.count, test.disagreements)} {SCOPE}")
        st.dataframe(
            [
                {"": f"{name} is right", against: test.both, "wrong": test.only_first},
                {"": f"{name} is wrong", against: test.only_second, "wrong": test.neither},
            ],
            hide_index=True,
            width="content",
            alt=f"On how many images {name} and {against} are right and wrong",
            column_config={against: f"{against} is right", "wrong": f"{against} is wrong"},
        )
        st.caption(
            f"McNemar's exact test counts only images on which one run is right, the other wrong. {MEANING_OF_P} "
            "It is not the probability that the models are equal. "
            + (
                "The validation images also chose each run's best epoch, so the test images are fairer."
                if split == VALIDATION
                else ""
            )
        )


def _read_predictions(run: Run) -> Predictions:
    try:
        changed = run.files.predictions.stat().st_mtime_ns
    except OSError:
        changed = 0
    return _read(str(run.folder), changed, run)


@st.cache_data(max_entries=40, show_spinner=False)
def _read(folder: str, changed: int, _run: Run) -> Predictions:
    return _run.predictions()
