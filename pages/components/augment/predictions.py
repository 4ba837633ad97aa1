"""A trained model's predictions for the augmented versions of one photo, and how stable they are."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from catdog.comparison import describe_data, label_runs
from catdog.runs import Run
from catdog.utils.text import format_percent
from pages.components import markdown, page, state
from pages.components.predictions import class_names, predict

NO_MODEL = "none"


def choose_predictor() -> tuple[Run, str] | None:
    """Draw the choice of the model that predicts, at first the best finished one.

    Returns:
        The run and what charts call it; None where there is no trained model, or none is chosen.
    """
    by_id = {run.id: run for run in state.runs() if run.usable}
    if not by_id:
        st.caption("Once a model is trained, its prediction stands under each version.")
        return None
    names, here = label_runs(list(by_id.values())), state.source()
    data = {run_id: describe_data(run) for run_id, run in by_id.items()}
    best = max(
        by_id.values(), key=lambda run: (run.finished, run.config.source == here, run.selection_accuracy or 0)
    ).id
    run_param, options = st.query_params.get("run", best), [*by_id, NO_MODEL]
    if st.session_state.get("answering-one") not in options:
        st.session_state["answering-one"] = run_param if run_param in options else best
        if run_param not in options:
            st.warning(
                f"There is no trained run {markdown.escape(run_param[:80])}, so the best one predicts.",
                icon=":material/link_off:",
            )
    chosen = st.selectbox(
        "Model",
        options,
        # Streamlit finds the choice again by these words, so no two may be the same
        format_func=lambda run_id: "no model" if run_id == NO_MODEL else f"{names[run_id]}: {data[run_id]}",
        key="answering-one",
        help="Its prediction stands under each version. A good model says the same for all of them.",
    )
    if chosen == best:
        st.query_params.pop("run", None)
    else:
        st.query_params["run"] = chosen
    if chosen not in by_id:
        return None
    page.warn_about_damage([by_id[chosen]])
    return by_id[chosen], names[chosen]


def show_predictions(
    run: Run, name: str, images: list[np.ndarray], summary: DeltaGenerator, spots: list[DeltaGenerator]
) -> None:
    """Draw a model's prediction for each image, and a sentence that sums them up.

    Args:
        run: Whose model predicts.
        name: What the sentence calls it.
        images: The original, its strongest version, then its random versions, uint8 (160, 160, 3) each.
        summary: Where the sentence goes.
        spots: Where the prediction for each image goes.
    """
    predictions = predict(run, images)
    if predictions is None:
        return
    probabilities = [prediction.probability for prediction in predictions]
    classes = class_names(run)
    for probability, spot in zip(probabilities, spots, strict=True):
        label = int(probability > 0.5)
        confidence = format_percent(max(probability, 1 - probability), 0)
        spot.markdown(f":{page.CLASS_COLOURS[label]}-badge[{markdown.escape(classes[label])} {confidence}]")
    if sentence := describe_stability(name, classes, probabilities[2:]):
        summary.markdown(f":material/balance: {markdown.escape(sentence)}")


def describe_stability(name: str, classes: tuple[str, str], probabilities: Sequence[float]) -> str:
    """Say in a sentence whether a model predicts the same for every random version of a photo.

    Args:
        name: What the sentence calls the model.
        classes: The names of class 0 and class 1.
        probabilities: Of class 1 for each version, 0 to 1.

    Returns:
        The sentence, as plain text; "" where there are no versions.
    """
    total = len(probabilities)
    if not total:
        return ""
    class_1_count = sum(probability > 0.5 for probability in probabilities)
    majority = int(class_1_count > total - class_1_count)
    count = class_1_count if majority else total - class_1_count
    begin = f"{name} says {classes[majority]} for {count} of {total} versions"
    if count < total:
        low, high = format_percent(min(probabilities), 0), format_percent(max(probabilities), 0)
        minority = f"{classes[1 - majority]} for {total - count}"
        return f"{begin} and {minority}: its probability of {classes[1]} is {low} to {high}."
    confidences = [probability if majority else 1 - probability for probability in probabilities]
    low, high = format_percent(min(confidences), 0), format_percent(max(confidences), 0)
    return f"{begin}, {high} sure each time." if low == high else f"{begin}, between {low} and {high} sure."
