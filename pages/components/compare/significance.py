"""Is one run better than another? Asked of the same pictures, by McNemar's test."""

from collections.abc import Mapping

import streamlit as st

from catdog.datasets import TEST, VALIDATION
from catdog.evaluation import Predictions, describe_mcnemar, mcnemar
from catdog.runs import Run
from pages.components import markdown, page
from pages.components.run_picker import choose_one


def better(runs: list[Run], names: Mapping[str, str]) -> None:
    """Draw the section for these runs, which have answered their pictures; nothing for fewer than two."""
    if len(runs) < 2:
        return
    st.header("Is one better than the other?", anchor=False)
    st.markdown(
        "Two models that were asked about the same pictures are compared by the pictures on which they differ: where "
        "both are right, or both wrong, there is nothing to tell them apart."
    )
    best, *others = sorted(runs, key=lambda run: -(run.best_val_accuracy or 0.0))
    first, second, photos = st.columns(3, vertical_alignment="bottom")
    with first:
        one = choose_one("Is", {run.id: names[run.id] for run in (best, *others)}, "better-one")
    with second:
        other = choose_one("better than", {run.id: names[run.id] for run in (*others, best)}, "better-other")
    with photos:
        split = st.segmented_control(
            "on the pictures of", (TEST, VALIDATION), default=TEST, required=True, key="better-on", bind="query-params"
        )
    split = split or TEST  # the address may hold an empty word
    if one == other:
        st.info("Choose two different runs.", icon=":material/balance:")
        return
    by_id = {run.id: run for run in runs}
    with page.show_errors():
        found = mcnemar(*(_answers(by_id[chosen]).of_split(split) for chosen in (one, other)))
        name, against = names[one], names[other]
        st.markdown(f":material/balance: **{markdown.escape(describe_mcnemar(name, against, found))}**")
        st.dataframe(
            [
                {"": f"{name} is right", against: found.both, "wrong": found.only_first},
                {"": f"{name} is wrong", against: found.only_second, "wrong": found.neither},
            ],
            hide_index=True,
            width="content",
            alt=f"On how many pictures {name} and {against} are right and wrong",
            column_config={against: f"{against} is right", "wrong": f"{against} is wrong"},
        )
        st.caption(
            "This is McNemar's exact test. It asks: if both models were equally good, so that each picture on which "
            "they differ were a toss-up, how often would chance divide these pictures at least as unevenly? "
            + (
                "The validation pictures also chose each run's best epoch, so the test pictures are the fairer judge."
                if split == VALIDATION
                else ""
            )
        )


def _answers(run: Run) -> Predictions:
    try:
        changed = run.files.predictions.stat().st_mtime_ns
    except OSError:
        changed = 0
    return _read(str(run.folder), changed, run)


@st.cache_data(max_entries=40, show_spinner=False)
def _read(folder: str, changed: int, _run: Run) -> Predictions:
    return _run.predictions()
