"""The steps of the reference course on the Overview page, each with its state, its scores and its next action."""

import streamlit as st

from catdog.comparison import select_by_validation
from catdog.models.differences import HEAD_START, describe_changes
from catdog.models.specs import MODELS, ModelSpec
from catdog.runs import Run
from catdog.training import ACTIVE
from catdog.utils.text import format_percent
from pages.components import markdown, state

DONE, BUSY, FAILED, TO_DO = (
    ":material/check_circle: **{}**",
    ":material/hourglass_top: **{}**",
    ":material/error: **{}**",
    ":gray[:material/radio_button_unchecked: To do]",
)


def draw_heading(number: int, title: str, *badges: str) -> None:
    """Draw what a card is called, and its badges, as Markdown of one line; of several, those with nothing done go."""
    st.subheader(f"{number} · {title}", anchor=False)
    given = list(filter(None, badges))
    st.markdown(" · ".join([badge for badge in given if badge != TO_DO] or given[:1]))


def _draw_link(label: str, icon: str, page_name: str, **params: str) -> None:
    """Draw a button that leads to another page."""
    key = f"go-{page_name}-{'-'.join(label.split())}"
    if st.button(label, key=key, icon=f":material/{icon}:", width="stretch"):
        st.switch_page(f"{page_name}.py", query_params=params)


def draw_data_card(number: int, done: bool, lesson: str) -> None:
    """Draw the first step, which is done once somebody has looked at the data, or has trained on them."""
    catalog = state.catalog()
    draw_heading(number, "Look at the data", DONE.format("Looked at") if done else TO_DO, lesson)
    st.markdown("Before anything is trained, look at the photos: how many are there, and how hard are they?")
    st.markdown(
        f"**{len(catalog):,}** images. Always guessing the same class is right "
        f"{format_percent(catalog.baseline)} of the time."
    )
    _draw_link("Browse the photos", "photo_library", "browse")


def draw_model_card(number: int, spec: ModelSpec, runs: list[Run], quick: Run | None, lesson: str) -> None:
    """Draw one model: its idea, the state of its newest run, its best score beside the reference course's.

    Args:
        number: Of the card.
        spec: The model.
        runs: Its runs, without quick ones.
        quick: Its best quick run, which is named where there is no other.
        lesson: How far the learner is with its lesson, as Markdown; "" where it has none.
    """
    draw_heading(number, f"{spec.step}: {spec.name}", _badge(runs), lesson)
    st.markdown(spec.idea, help=HEAD_START if spec.backbone and state.source() == "photos" else None)
    if changes := describe_changes(spec.name):
        st.caption(f"{changes}.")
    best = select_by_validation(runs)
    st.markdown(
        f"{_describe_best(best, runs)}, reference course {format_percent(spec.published.best_val_accuracy, 0)}"
        f"{on_photos()}"
    )
    if quick and not best:
        st.caption(f":material/bolt: Quick, without epochs: {format_percent(quick.selection_accuracy)} on validation.")
    newest = runs[0] if runs else None
    if newest and newest.state in ACTIVE:
        _draw_link(f"Watch {spec.name} learn", "model_training", "train")
    elif newest and newest.status.error:
        st.caption(markdown.escape(newest.status.error))
        _draw_link("See what went wrong", "error", "train")
    elif best:
        _draw_link(f"See {spec.name}'s curve", "query_stats", "compare", run=best.id)
    else:
        _draw_link(f"Train {spec.name}", "model_training", "train", models=spec.name)
    if spec.name == "model2":
        _draw_link("Try augmentation", "flip", "augment")


def _describe_best(best: Run | None, runs: list[Run]) -> str:
    """Return the validation accuracy of the best of a model's runs, as Markdown."""
    if best is None:
        return "Not trained yet"
    share = f"**{format_percent(best.selection_accuracy)}**"
    scored = sum(run.selection_accuracy is not None for run in runs)
    of_runs = f", best of {scored:,} runs" if scored > 1 else ""
    if best.val_accuracy is None:
        return f"Best epoch, while training: {share}{of_runs}"
    return f"Validation accuracy {share}{of_runs}"


def on_photos() -> str:
    """Return words that the reference course's numbers are for photos, "" where photos are the data in use."""
    return "" if state.source() == "photos" else " on photos"


def _badge(runs: list[Run]) -> str:
    """Return the badge of a model: what its newest run does, else done if any run is, else to do."""
    if runs:
        status = runs[0].status
        if runs[0].state == "running":
            return BUSY.format(f"Training now, epoch {max(status.epoch, 1)} of {status.epochs}")
        if runs[0].state in ACTIVE:
            return BUSY.format("Waiting its turn" if runs[0].state == "queued" else runs[0].state.capitalize())
    if any(run.finished for run in runs):
        return DONE.format("Trained")
    return FAILED.format(runs[0].state.capitalize()) if runs else TO_DO


def draw_score_card(number: int, runs: list[Run], lesson: str) -> None:
    """Draw the last step of the reference course: the test score of the run chosen by validation."""
    chosen = select_by_validation([run for run in runs if run.test_accuracy is not None])
    draw_heading(number, "Score on unseen photos", DONE.format("Scored") if chosen else TO_DO, lesson)
    st.markdown(
        "Choose a model by its validation accuracy, then look at its test score: a fair estimate, since test images "
        "play no part in training or choosing."
    )
    reference = f"reference course {format_percent(MODELS['model4'].published.test_accuracy)} (model4){on_photos()}"
    if chosen:
        st.markdown(f"Test accuracy **{format_percent(chosen.test_accuracy)}** of {chosen.config.variant}, {reference}")
        _draw_link("Compare the models", "query_stats", "compare")
        _draw_link("Ask them about a photo", "image_search", "predict")
    else:
        st.markdown(f"Not scored yet, {reference}")
        _draw_link("Ask a model about a photo", "image_search", "predict")
