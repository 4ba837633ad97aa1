"""Where things stand: the six steps of the course as a path, each with its state and its next action."""

import numpy as np
import streamlit as st

from catdog.datasets import TRAINING
from catdog.errors import CatDogError, ImageError
from catdog.models.specs import MODELS, ModelSpec
from catdog.runs import Run, launch_all
from catdog.training import ACTIVE, TrainConfig
from catdog.utils.text import format_percent
from pages.components import access, markdown, page, state
from pages.components.sidebar import draw_fetch_button
from pages.components.thumbnails import make_tile

STRIP, STRIP_SEED = 8, 13  # how many pictures, and a draw in which they all are good to recognise
DONE, BUSY, FAILED, TO_DO = (
    ":green-badge[:material/check: done]",
    ":orange-badge[:material/hourglass_top: {}]",
    ":red-badge[:material/error: {}]",
    ":gray-badge[:material/radio_button_unchecked: to do]",
)


def main() -> None:
    """Draw the page."""
    one, other = state.classes()
    page.page_header(
        f"Teach a computer to tell {one} from {other}",
        f"You show a program pictures and say which are {one} and which are {other}, and it finds out by itself what "
        "makes the difference: that is image classification. Six steps lead from guessing to a model that is right "
        f"about 97 times in 100{_on_photos()}.",
    )
    if state.source() == "drawn":
        _drawn_notice()
    _strip()
    st.header("Your path", anchor=False)
    _train_all_button()
    st.fragment(_path, run_every=2 if _active() else None)(bool(_active()))


def _active() -> list[Run]:
    """Return the runs on the data in use that train or wait for their turn."""
    here = state.source()
    return [run for run in state.runs() if run.state in ACTIVE and run.config.source == here]


def _drawn_notice() -> None:
    """Say that these are drawings, and offer the photos."""
    with st.container(border=True):
        words, button = st.columns([3, 1], vertical_alignment="center")
        words.markdown(
            ":material/draw: **These are drawings, not photos.** Everything works with them, and training is quick. "
            + (
                "The published results are for photos: choose them under “Data”."
                if "photos" in state.sources()
                else "For the real thing, fetch the 3,000 photos that the published results are for."
            )
        )
        with button:
            draw_fetch_button("overview")


def _strip() -> None:
    """Show a few pictures of both classes in turn."""
    dataset = state.dataset()
    catalog = dataset.catalog
    rng = np.random.default_rng(STRIP_SEED)
    by_class = [
        rng.choice(catalog.indices(TRAINING, label), size=STRIP // 2, replace=len(catalog.indices(TRAINING, label)) < 4)
        for label in (0, 1)
    ]
    grid = st.grid(STRIP, min_column_width=72, gap="xsmall")
    for row in np.stack(by_class, axis=1).ravel():
        name = catalog.classes[catalog.labels[row]]
        with grid.cell():
            try:
                st.image(_tile(catalog.fingerprint, int(row), dataset), width="stretch", alt=f"One of the {name}")
            except ImageError:
                st.caption(":material/broken_image:")


@st.cache_data(max_entries=100, show_spinner=False)
def _tile(fingerprint: str, row: int, _dataset) -> bytes:
    return make_tile(_dataset.image(row), 240, 240, crop=True)


def _train_all_button() -> None:
    """Draw the button that trains all four models, and say what it does or how far it is."""
    active = _active()
    with st.container(horizontal=True, vertical_alignment="center"):
        access.button(
            "Train all four",
            on_click=_train_all,
            type="primary",
            icon=":material/play_arrow:",
            disabled=bool(active),
            help="Trains model1 to model4 one after another, 20 epochs each, in the background.",
        )
        if active:
            st.markdown("The models train one after another. You can close this page meanwhile.")
        else:
            where = state.describe_source(state.source())
            st.markdown(f"model1 to model4 one after another, on the {where}. You can close this page meanwhile.")
    if problem := st.session_state.pop("train-all-problem", ""):
        st.error(markdown.escape(problem), icon=":material/error:")


def _train_all() -> None:
    try:
        if not _active():  # a second, impatient click trains nothing twice
            configs = [TrainConfig(model=name, source=state.source()) for name in MODELS]
            access.perform(launch_all, configs, [""] * len(configs))
    except CatDogError as error:
        st.session_state["train-all-problem"] = str(error)


def _path(busy: bool) -> None:
    """Draw the six cards; runs by itself every two seconds while models train."""
    if busy and not _active():
        st.rerun()  # the last run has just ended, so there is nothing to look at any more
    here = state.source()
    runs = [run for run in state.runs() if run.config.source == here]
    by_model = state.group_by_model(runs)
    following = next((name for name, done in by_model.items() if not done), None)
    grid = st.grid(3, min_column_width=260, border=True)
    with grid.cell():
        _data_card()
    for number, (name, recipe) in enumerate(MODELS.items(), start=2):
        with grid.cell():
            _model_card(number, recipe, by_model[name], name == following)
    with grid.cell():
        _score_card(runs)


def _head(number: int, title: str, state: str) -> None:
    st.markdown(f"#### {number} · {title}")
    st.markdown(state)


def _action(label: str, icon: str, page_name: str, first: bool = False, **address: str) -> None:
    """Draw a button that leads to another page; the path's next step stands out."""
    kind = "primary" if first else "secondary"
    key = f"go-{page_name}-{'-'.join(label.split())}"
    if st.button(label, key=key, icon=f":material/{icon}:", type=kind, width="stretch"):
        st.switch_page(f"{page_name}.py", query_params=address)


def _data_card() -> None:
    catalog = state.catalog()
    _head(1, "Look at the data", DONE)
    st.markdown("Before anything is trained, look at the pictures: how many are there, and how hard are they?")
    st.markdown(f"**{len(catalog):,}** pictures, **{format_percent(catalog.baseline)}** by always guessing the same")
    _action("Browse the pictures", "photo_library", "browse")


def _model_card(number: int, recipe: ModelSpec, runs: list[Run], first: bool) -> None:
    """Show one model: its idea, the state of its newest run, its best score beside the published one."""
    _head(number, f"{recipe.step} = {recipe.name}", _state(runs))
    st.markdown(recipe.idea)
    scores = [run.best_val_accuracy for run in runs if run.best_val_accuracy is not None]
    yours = f"Best validation accuracy **{format_percent(max(scores))}**" if scores else "Not trained yet"
    st.markdown(f"{yours}, published {format_percent(recipe.published.best_val_accuracy, 0)}{_on_photos()}")
    newest = runs[0] if runs else None
    if newest and newest.state in ACTIVE:
        _action(f"Watch {recipe.name} learn", "model_training", "train")
    elif newest and newest.status.error:
        st.caption(markdown.escape(newest.status.error))
        _action("See what went wrong", "error", "train")
    elif scores:
        _action(f"See {recipe.name}'s curve", "query_stats", "compare")
    else:
        _action(f"Train {recipe.name}", "model_training", "train", first, models=recipe.name)
    if recipe.name == "model2":
        _action("Play with augmentation", "flip", "augment")


def _on_photos() -> str:
    """Say that the published numbers are for photos, where other data is in use."""
    return "" if state.source() == "photos" else " on photos"


def _state(runs: list[Run]) -> str:
    """Return the badge of a model: what its newest run does, else done if any run is, else to do."""
    if runs:
        status = runs[0].status
        if runs[0].state == "running":
            return BUSY.format(f"training now, epoch {max(status.epoch, 1)} of {status.epochs}")
        if runs[0].state in ACTIVE:
            return BUSY.format("waiting its turn" if runs[0].state == "queued" else runs[0].state)
    if any(run.finished for run in runs):
        return DONE
    return FAILED.format(runs[0].state) if runs else TO_DO


def _score_card(runs: list[Run]) -> None:
    scored = [run for run in runs if run.test_accuracy is not None]
    _head(6, "Score on unseen pictures", DONE if scored else TO_DO)
    st.markdown("The test pictures were kept away from training and from choosing, so their score is honest.")
    published = MODELS["model4"].published.test_accuracy
    if scored:
        best = max(scored, key=lambda run: run.test_accuracy)
        st.markdown(
            f"Best test accuracy **{format_percent(best.test_accuracy)}** ({best.config.model}), "
            f"published {format_percent(published)}{_on_photos()}"
        )
        _action("Compare the models", "query_stats", "compare")
        _action("Ask them about a picture", "image_search", "predict")
    else:
        st.markdown(f"Not scored yet, published {format_percent(published)} (model4){_on_photos()}")
        _action("Ask a model about a picture", "image_search", "predict")


main()
