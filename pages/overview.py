"""Where things stand: the six steps of the course as a path, each with its state and its next action."""

import numpy as np
import streamlit as st

from catdog.comparison import select_by_validation
from catdog.datasets import TRAINING
from catdog.errors import ImageError
from catdog.models.differences import HEAD_START, describe_changes
from catdog.models.specs import MODELS, ModelSpec
from catdog.runs import Run
from catdog.training import ACTIVE
from catdog.utils.text import format_percent
from pages.components import course, markdown, page, state
from pages.components.overview.ladder import draw_ladder
from pages.components.overview.next_step import choose_next_step, draw_next_step
from pages.components.sidebar import draw_fetch_button
from pages.components.thumbnails import make_tile
from pages.components.train_all import draw_train_all, is_busy, leave_out_quick, list_runs_here

STRIP_LENGTH, STRIP_SEED = 8, 13  # how many images, and a seed that draws some that are easy to recognize
DONE, BUSY, FAILED, TO_DO = (
    ":material/check_circle: **Done**",
    ":material/hourglass_top: **{}**",
    ":material/error: **{}**",
    ":gray[:material/radio_button_unchecked: To do]",
)


def main() -> None:
    """Draw the page."""
    page.stop_unless_started()  # before the head is drawn, which asks for the data
    class_0, class_1 = state.classes()
    page.page_header(
        f"Teach a computer to tell {class_0} from {class_1}",
        f"Show a program photos, say which are {class_0} and which are {class_1}, and it learns by itself what tells "
        "them apart: that is image classification. The **reference course** is the published notebook that this "
        "dashboard follows, with four models, each better than the one before.",
    )
    busy = is_busy(list_runs_here())
    poll = 2 if busy else None
    left, right = page.row(2, 260)
    with left:
        st.fragment(_draw_next_step, run_every=poll, key="next")(busy)
        _draw_strip()
    with right:
        st.fragment(_draw_ladder, run_every=poll, key="scores")()
    draw_train_all(is_busy(leave_out_quick(list_runs_here())))
    if state.source() == "drawn":
        _draw_notice()
    st.header("Six steps", anchor=False)
    st.fragment(_draw_path, run_every=poll, key="path")()


def _draw_next_step(busy: bool) -> None:
    """Draw the next step; runs by itself every two seconds while models train."""
    runs = list_runs_here()
    if busy and not is_busy(runs):
        st.rerun()  # the last run has just ended: the whole page shows it, and polls no more
    draw_next_step(choose_next_step(state.group_by_model(leave_out_quick(runs))))


def _draw_ladder() -> None:
    """Draw the ladder; runs by itself every two seconds while models train."""
    by_model = state.group_by_model(leave_out_quick(list_runs_here()))
    draw_ladder(by_model, state.catalog().baseline, _on_photos())


def _draw_notice() -> None:
    """Say that the images are drawings, and offer the photos."""
    with st.container(border=True):
        left, right = st.columns([3, 1], vertical_alignment="center")
        left.markdown(
            ":material/draw: **These are drawings, not photos.** Everything works with them, and training is quick. "
            + (
                "The reference course uses photos: choose them under “Data”."
                if "photos" in state.sources()
                else "For the real thing, fetch the 3,000 photos of the reference course."
            )
        )
        with right:
            draw_fetch_button("overview")


def _draw_strip() -> None:
    """Draw a few images of both classes in turn."""
    dataset = state.dataset()
    catalog = dataset.catalog
    rng = np.random.default_rng(STRIP_SEED)
    by_class, count = [], STRIP_LENGTH // 2
    for label in (0, 1):
        rows = catalog.indices(TRAINING, label)
        by_class.append(rng.choice(rows, size=count, replace=len(rows) < count))
    grid = st.grid(STRIP_LENGTH // 2, min_column_width=56, gap="xsmall")
    for row in np.stack(by_class, axis=1).ravel():
        name = catalog.classes[catalog.labels[row]]
        with grid.cell():
            try:
                st.image(_make_tile(catalog.fingerprint, int(row), dataset), width="stretch", alt=f"One of the {name}")
            except ImageError:
                st.caption(":material/broken_image:")


@st.cache_data(max_entries=100, show_spinner=False)
def _make_tile(fingerprint: str, row: int, _dataset) -> bytes:
    return make_tile(_dataset.image(row), 240, 240, crop=True)


def _draw_path() -> None:
    """Draw the six cards; runs by itself every two seconds while models train."""
    everything = list_runs_here()
    runs = leave_out_quick(everything)
    by_model = state.group_by_model(runs)
    quick = select_by_validation([run for run in everything if run.config.quick])
    grid = st.grid(3, min_column_width=260, border=True)
    with grid.cell():
        _draw_data_card(bool(runs) or course.was_visited("browse"))
    for step, (name, spec) in enumerate(MODELS.items(), start=2):
        with grid.cell():
            _draw_model_card(step, spec, by_model[name], quick if spec.backbone else None)
    with grid.cell():
        _draw_score_card(runs)


def _draw_heading(step: int, title: str, badge: str) -> None:
    st.subheader(f"{step} · {title}", anchor=False)
    st.markdown(badge)


def _draw_link(label: str, icon: str, page_name: str, **params: str) -> None:
    """Draw a button that leads to another page."""
    key = f"go-{page_name}-{'-'.join(label.split())}"
    if st.button(label, key=key, icon=f":material/{icon}:", width="stretch"):
        st.switch_page(f"{page_name}.py", query_params=params)


def _draw_data_card(done: bool) -> None:
    """Draw the first step, which is done once somebody has looked at the data, or has trained on them."""
    catalog = state.catalog()
    _draw_heading(1, "Look at the data", DONE if done else TO_DO)
    st.markdown("Before anything is trained, look at the photos: how many are there, and how hard are they?")
    st.markdown(
        f"**{len(catalog):,}** images. Always guessing the same class is right "
        f"{format_percent(catalog.baseline)} of the time."
    )
    _draw_link("Browse the photos", "photo_library", "browse")


def _draw_model_card(step: int, spec: ModelSpec, runs: list[Run], quick: Run | None) -> None:
    """Draw one model: its idea, the state of its newest run, its best score beside the reference course's.

    Args:
        step: The number of the card.
        spec: The model.
        runs: Its runs, without quick ones.
        quick: Its best quick run, which is named where there is no other.
    """
    _draw_heading(step, f"{spec.step}: {spec.name}", _badge(runs))
    st.markdown(spec.idea, help=HEAD_START if spec.backbone and state.source() == "photos" else None)
    if changes := describe_changes(spec.name):
        st.caption(f"{changes}.")
    best = select_by_validation(runs)
    st.markdown(
        f"{_describe_best(best, runs)}, reference course {format_percent(spec.published.best_val_accuracy, 0)}"
        f"{_on_photos()}"
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


def _on_photos() -> str:
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
        return DONE
    return FAILED.format(runs[0].state.capitalize()) if runs else TO_DO


def _draw_score_card(runs: list[Run]) -> None:
    chosen = select_by_validation([run for run in runs if run.test_accuracy is not None])
    _draw_heading(6, "Score on unseen photos", DONE if chosen else TO_DO)
    st.markdown(
        "Choose a model by its validation accuracy, then look at its test score: a fair estimate, since test images "
        "play no part in training or choosing."
    )
    reference = f"reference course {format_percent(MODELS['model4'].published.test_accuracy)} (model4){_on_photos()}"
    if chosen:
        st.markdown(f"Test accuracy **{format_percent(chosen.test_accuracy)}** of {chosen.config.variant}, {reference}")
        _draw_link("Compare the models", "query_stats", "compare")
        _draw_link("Ask them about a photo", "image_search", "predict")
    else:
        st.markdown(f"Not scored yet, {reference}")
        _draw_link("Ask a model about a photo", "image_search", "predict")


main()
