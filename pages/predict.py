"""The Predict page: what every trained model predicts for images of your own or from the test set."""

import streamlit as st

from catdog.comparison import describe_data, describe_validation, label_runs
from catdog.inference.batch import ImagePredictions, align_predictions
from catdog.inference.prediction import Thresholds
from catdog.runs import Run
from catdog.runs.first_model import is_first_model_due
from catdog.training import ACTIVE
from catdog.utils.class_names import map_classes
from catdog.utils.text import join_names
from pages.components import markdown, page, state
from pages.components.predict.cards import MOST, show_cards, show_heatmap_dialog
from pages.components.predict.confusion import show_confusion
from pages.components.predict.image import QueryImage, is_foreign, sample_images
from pages.components.predict.inputs import fill_inputs, get_inputs
from pages.components.predict.table import choose_rows, show_table
from pages.components.predictions import class_names, predict
from pages.components.run_picker import label_choice

FEW = 16  # images that are predicted without a bar
CONFIDENCE = (
    "A model turns the pixels of an image into one number: the probability of the second class. It knows two classes "
    "and nothing else, so it names one of them even for a horse or a chair.\n\nConfidence is what the model computes, "
    "not how often it is right. So beside each name stands its track record: how often it was right on its test images "
    "when its confidence was in the same range."
)


def main() -> None:
    """Draw the page."""
    page.page_header(
        "Try your own photos", "Give the models a photo that they have never seen, and compare what they say."
    )
    usable = [run for run in state.runs() if run.usable]
    if not usable:
        _explain_no_model()
        return
    with fill_inputs(), st.popover("Settings", icon=":material/tune:"):
        chosen = _choose_runs(usable)
        thresholds = _choose_thresholds(chosen)
    images = [*get_inputs().images, *sample_images()]
    if not images:
        st.info("Drop a photo above, or try some from the test set. The answers appear here.")
    elif not chosen:
        st.info("Choose at least one model under “Settings”.")
    else:
        _show_answers(chosen, images, thresholds)
    with st.expander("What the confidence means", icon=":material/help:"):
        st.markdown(CONFIDENCE)


def _show_answers(chosen: list[Run], images: list[QueryImage], thresholds: Thresholds) -> None:
    """Draw what the chosen runs predict for the images."""
    page.warn_about_damage(chosen)
    _warn_about_sources(chosen, images)
    runs, rows = _predict_all(chosen, images)
    if not runs:
        return
    many = len(rows) > MOST
    if many:
        show_confusion(runs, rows, thresholds)
    shown, as_table = choose_rows(runs, rows, thresholds)
    if as_table:
        shown = show_table(runs, images, rows, shown, thresholds)
    show_cards(runs, images, rows, shown, thresholds)
    if not many:  # what each image shows tells more than a score on so few
        show_confusion(runs, rows, thresholds)
    show_heatmap_dialog(runs, images, rows, thresholds)


def _explain_no_model() -> None:
    """Say what will appear here, and lead to the page that makes it appear; show it once a model is there."""
    if is_first_model_due(state.settings()) or any(run.state in ACTIVE for run in state.runs()):
        st.fragment(_draw_no_model, run_every=2)()
    else:
        _draw_no_model()


def _draw_no_model() -> None:
    if any(run.usable and run.state not in ACTIVE for run in state.runs()):
        st.rerun()
    active = [run for run in state.runs() if run.state in ACTIVE]
    with st.container(border=True):
        st.header("No model is trained yet", anchor=False)
        if active:
            names = markdown.escape(join_names(list(label_runs(active).values())))
            st.markdown(f"In training now: {names}. Once the first is ready, you can drop a photo here.")
        else:
            st.markdown("Here you drop a photo and see what each trained model takes it for.")
        label = "Watch the training" if active else "Train a model"
        st.page_link("train.py", label=label, icon=":material/model_training:")


def _choose_runs(usable: list[Run]) -> list[Run]:
    """Let the user choose the runs; at first the latest finished run of each model, best on the data in use."""
    by_id = {run.id: run for run in usable}
    from_address = [run_id for run_id in st.query_params.get_all("run") if run_id in by_id]
    latest = {}
    source = state.source()
    for run in sorted(usable, key=lambda run: (run.config.source != source, not run.finished, run.config.quick)):
        latest.setdefault(run.config.model, run.id)
    default = [latest[model] for model in sorted(latest)]
    before, default_before = st.session_state.get("answering"), st.session_state.get("answering-default")
    if before is None:
        st.session_state["answering"] = from_address or default
    elif before == default_before:  # the user has not chosen, so models trained meanwhile join in
        st.session_state["answering"] = default
    else:
        st.session_state["answering"] = [run_id for run_id in before if run_id in by_id]
    st.session_state["answering-default"] = default
    names = label_choice(usable, st.session_state["answering"])
    ids = st.multiselect(
        "Models",
        list(by_id),
        format_func=lambda run_id: _describe_choice(by_id[run_id], names[run_id]),
        key="answering",
        persist_state="session",
    )
    if ids == default:
        st.query_params.pop("run", None)
    else:
        st.query_params["run"] = ids
    return [by_id[run_id] for run_id in ids]


def _describe_run(run: Run, name: str) -> str:
    """Return a run's name, and say what it learned from and whether it is unfinished."""
    unfinished = "" if run.finished else f", {run.state}"
    return f"{name}: {describe_data(run)}{unfinished}"


def _describe_choice(run: Run, name: str) -> str:
    """Describe a run as `_describe_run`, with the validation accuracy of its kept model, by which runs are chosen."""
    return ", ".join(filter(None, [_describe_run(run, name), describe_validation(run)]))


def _choose_thresholds(chosen: list[Run]) -> Thresholds:
    """Let the user say between which probabilities a prediction counts as "not sure"."""
    default = Thresholds()
    classes = class_names(chosen[0]) if chosen else ("", "")
    one_pair = chosen and all(map_classes(class_names(run), classes) for run in chosen)
    second = markdown.escape(classes[1] if one_pair else "the second class")
    low, high = st.slider(
        "Not sure between",
        0,
        100,
        (round(100 * default.low), round(100 * default.high)),
        format="%d%%",
        key="unsure",
        bind="query-params",
        help=f"Of the probability of {second}: above the second threshold the answer is {second}, below the first one "
        "the other class. With both at 50, a model always decides. Further apart, it decides less often and is usually "
        "wrong less often.",
    )
    return Thresholds(min(low, high) / 100, max(low, high) / 100)  # the address may have them in any order


def _warn_about_sources(chosen: list[Run], images: list[QueryImage]) -> None:
    """Warn of models that predict images of another kind than they learned from."""
    foreign = [run for run in chosen if any(is_foreign(run, image) for image in images)]
    if foreign:
        labels = label_runs(chosen)
        names = markdown.escape(join_names([_describe_run(run, labels[run.id]) for run in foreign]))
        st.warning(
            f"Trained on another kind of images, so the answers mean little: {names}.", icon=":material/warning:"
        )


def _predict_all(chosen: list[Run], images: list[QueryImage]) -> tuple[dict[str, Run], list[ImagePredictions]]:
    """Predict all images with all runs; say why of runs that can't.

    One run after the other predicts all images, so that a model that is unloaded is not loaded again and again.

    Args:
        chosen: The runs that the user chose.
        images: The images.

    Returns:
        {name: run} of the runs that can predict, and for each image their predictions in the same order.
    """
    names, pixels = label_runs(chosen), [image.pixels for image in images]
    place = st.empty()
    runs: dict[str, Run] = {}
    columns = []
    for position, run in enumerate(chosen):

        def progress(done: int, total: int, what: str, position: int = position) -> None:
            if total > FEW and done % 4 == 0:
                place.progress((position + done / total) / len(chosen), text=markdown.escape(what))

        if (predictions := predict(run, pixels, progress)) is not None:
            runs[names[run.id]] = run
            columns.append(predictions)
    place.empty()
    rows = [
        ImagePredictions(image.name, image.label, align_predictions([column[index] for column in columns]))
        for index, image in enumerate(images)
    ]
    return runs, rows


main()
