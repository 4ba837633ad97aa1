"""A trained model's answers for the versions of one picture, on the Augment page."""

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from catdog.comparison import describe_data, label_runs
from catdog.runs import Run
from catdog.utils.text import format_percent
from pages.components import markdown, state
from pages.components.augment.stability import describe_stability
from pages.components.predictions import class_names, predict

NOBODY = "none"


def choose_predictor() -> tuple[Run, str] | None:
    """Let the user choose the model that answers, at first the best finished one; return it and what it is called.

    None where there is none, or none is to answer.
    """
    by_id = {run.id: run for run in state.runs() if run.usable}
    if not by_id:
        st.caption("Once a model is trained, each version says here what that model takes it for.")
        return None
    names, here = label_runs(list(by_id.values())), state.source()
    best = max(by_id.values(), key=lambda run: (run.finished, run.config.source == here, run.best_val_accuracy or 0)).id
    asked, options = st.query_params.get("run", best), [*by_id, NOBODY]
    if st.session_state.get("answering-one") not in options:
        st.session_state["answering-one"] = asked if asked in options else best
        if asked not in options:
            st.warning(
                f"There is no trained run {markdown.escape(asked[:80])}: the best one answers instead.",
                icon=":material/link_off:",
            )
    chosen = st.selectbox(
        "Which model answers",
        options,
        # Streamlit finds the choice again by these words, so no two may be the same
        format_func=lambda one: "no model" if one == NOBODY else f"{names[one]}: {describe_data(by_id[one])}",
        key="answering-one",
        help="What it takes each version for, and how sure it is. A good model is steady: it says the same of all.",
    )
    if chosen == best:
        st.query_params.pop("run", None)
    else:
        st.query_params["run"] = chosen
    return (by_id[chosen], names[chosen]) if chosen in by_id else None


def show_predictions(
    run: Run, name: str, pictures: list[np.ndarray], sentence: DeltaGenerator, places: list[DeltaGenerator]
) -> None:
    """Put the run's answer for each picture, uint8 (160, 160, 3), the original first, into its place; sum them up."""
    answers = predict(run, pictures)
    if answers is None:
        return
    found = [answer.probability for answer in answers]
    classes = class_names(run)
    for probability, place in zip(found, places, strict=True):
        most = int(probability > 0.5)
        sure = format_percent(max(probability, 1 - probability), 0)
        place.markdown(f":{('orange', 'blue')[most]}-badge[{markdown.escape(classes[most])} {sure}]")
    if said := describe_stability(name, classes, found[1:]):
        sentence.markdown(f":material/balance: {markdown.escape(said)}")
