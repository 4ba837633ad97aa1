"""The view "Map": all images, close to those that are like them, and beside it those that are selected."""

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from catdog.charts.map import SPLIT_COLOURS, Group, group_by_answer, group_by_label, plot_map
from catdog.datasets import SPLITS, Catalog, Dataset
from catdog.errors import CatDogError
from catdog.features.projection import NO_UMAP, PCA, UMAP, Projection, has_umap, make_projection
from catdog.features.store import FeatureStore
from catdog.utils.text import format_percent
from pages.components import jobs, markdown, page, state
from pages.components.explore import answers as known_answers
from pages.components.explore import selection as selecting
from pages.components.explore.chart import draw_chart
from pages.components.explore.lesson import teach_with
from pages.components.explore.own_photos import OwnPhoto, draw_field, list_own
from pages.components.explore.selection import Selection
from pages.components.neighbours import draw_neighbours
from pages.components.photo_tiles import describe_label, draw_tiles

CLASS, ANSWER, CONFIDENCE, SPLIT, DOUBT = "class", "model answer", "confidence", "split", "label doubt"
COLOURS = (CLASS, ANSWER, CONFIDENCE, SPLIT, DOUBT)
TILES = 12


def list_faults(catalog: Catalog) -> list[str]:
    """Return a sentence for each query parameter of this view that can't be used."""
    faults = page.describe_invalid_word("colour", st.query_params.get("colour", CLASS), COLOURS)
    faults += page.describe_invalid_word("layout", st.query_params.get("layout", PCA), (PCA, UMAP))
    return faults + selecting.list_faults(catalog, bool(known_answers.list_runs(catalog)))


def draw_map(dataset: Dataset, store: FeatureStore, row: DeltaGenerator) -> None:
    """Draw the view.

    Args:
        dataset: The images, with what is excluded marked.
        store: Their features.
        row: Where the controls go.
    """
    catalog = dataset.catalog
    runs = known_answers.list_runs(catalog)
    with row:
        colour = st.selectbox("Colour by", COLOURS, key="colour", bind="query-params", width=155)
        pick = selecting.draw_pick(catalog, bool(runs))
        with st.popover("Your photo", icon=":material/add_photo_alternate:"):
            draw_field("Drop a photo to see those most like it", selecting.OWN, None, several=False)
        with st.popover("Settings", icon=":material/tune:"):
            method = _choose_method()
            run = known_answers.choose_model(runs) if runs else None
    projection = get_projection(store, method)
    if projection is None:
        return
    with_answers = run is not None and (colour in (ANSWER, CONFIDENCE) or pick == selecting.WRONG)
    answers = known_answers.read_answers(run, catalog) if with_answers else None
    doubts = known_answers.get_doubts(store, catalog) if colour == DOUBT or pick == selecting.DOUBTFUL else None
    drawn = f"{colour} {method}"
    selection = selecting.find_selection(catalog, pick, answers, doubts, drawn)
    photo = selecting.find_photo(catalog)
    own = next(iter(list_own(selecting.OWN)), None)
    place = projection.points[photo] if photo is not None else None
    if own is not None:
        place = projection.place(own.features)
    groups, scale = _group(catalog, colour, answers, doubts)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _draw_chart(catalog, projection, groups, scale, selection, place, drawn)
    with right, st.container(key="explore-beside"):
        if own is not None:
            _draw_own(dataset, store, own)
        elif photo is not None:
            _draw_photo(dataset, store, photo)
        elif selection is not None:
            _draw_selection(dataset, selection, answers)
        else:
            _explain(projection)


def get_projection(store: FeatureStore, method: str = PCA) -> Projection | None:
    """Return the map of a dataset; a bar is shown while it is computed in the background, or why it can't be."""
    job = state.jobs().reuse_or_start(
        ("projection", store.path, method), lambda progress: make_projection(store, method, progress)
    )
    jobs.wait_with_progress(job, 0.15, "Arranging the images …")
    if isinstance(job.error, CatDogError):
        st.error(markdown.escape(str(job.error)), icon=":material/error:")
    elif job.error is not None:
        raise job.error
    return job.result


def _choose_method() -> str:
    """Draw the choice of how the images are arranged; return one that this server can do."""
    method = st.segmented_control(
        "Layout",
        [PCA, UMAP],
        default=PCA,
        required=True,
        key="layout",
        bind="query-params",
        help="PCA turns the 1,280 numbers so that the two directions are seen in which photos differ most. UMAP bends "
        "them: it keeps photos that are alike together, and its distances mean nothing.",
    )
    if method == UMAP and not has_umap():
        st.caption(f":material/info: {NO_UMAP}")
        return PCA
    return method


def _group(
    catalog: Catalog, colour: str, answers: np.ndarray | None, doubts: np.ndarray | None
) -> tuple[list[Group], str]:
    """Return what is drawn in which colours, and what a scale of colours stands for, "" without one."""
    everything = np.arange(len(catalog))
    if colour in (ANSWER, CONFIDENCE) and answers is None:
        st.caption(
            ":material/info: No finished run has predictions for these photos yet, so the colours are the labels."
        )
    elif colour == ANSWER:
        called = np.where(np.isnan(answers), -1, answers > 0.5).astype(np.int64)
        return group_by_answer(catalog.classes, catalog.labels, called), ""
    elif colour == CONFIDENCE:
        rows = np.flatnonzero(~np.isnan(answers))
        return [Group("confidence", rows, np.abs(answers[rows] - 0.5) + 0.5)], "confidence"
    if colour == SPLIT:
        numbers = np.select([catalog.splits == split for split in SPLITS], range(len(SPLITS)), -1)
        return group_by_label(SPLITS, numbers, SPLIT_COLOURS), ""
    if colour == DOUBT and doubts is not None:
        rows = everything[~np.isnan(doubts)]
        return [Group("doubt", rows, doubts[rows])], "doubt"
    return group_by_label(catalog.classes, catalog.labels), ""


def _draw_chart(
    catalog: Catalog,
    projection: Projection,
    groups: list[Group],
    scale: str,
    selection: Selection | None,
    place: np.ndarray | None,
    drawn: str,
) -> None:
    """Draw the map; what the mouse has selected on it, the browser itself shows."""
    chosen = selection.rows if selection is not None and not selection.by_mouse else None
    marked = [("this photo", place[np.newaxis])] if place is not None else []
    chart = plot_map(projection.points, groups, selected=chosen, marked=marked, scale=scale)
    names = ", ".join(f"{len(group.rows):,} {group.name}" for group in groups)
    draw_chart(
        chart,
        "explore-chart",
        f"A map of the photos, on which photos alike lie close together: {names}.",
        catalog,
        lambda rows: selecting.take_rows(catalog, rows, drawn),
    )


def _explain(projection: Projection) -> None:
    with st.container(border=True):
        st.markdown(
            "**Each point is a photo.** Hover to see it. Click one to see its neighbours. Draw around some with the "
            "lasso, or choose some under “Select”, and they appear here."
        )
        st.markdown(
            "MobileNetV2 has never been told which are cats and which are dogs here. It was trained on other photos, "
            "and what it learned there already pulls the two apart."
        )
        if projection.shares.any():
            with st.expander("What the map leaves out", icon=":material/help:"):
                st.markdown(
                    "MobileNetV2 describes a photo with 1,280 numbers. A map has room for two, so it shows only "
                    f"{format_percent(float(projection.shares.sum()), 0)} of how the photos differ. Photos that are "
                    "mixed here may be far apart in the other 1,278 directions: see “Teach”."
                )


def _draw_selection(dataset: Dataset, selection: Selection, answers: np.ndarray | None) -> None:
    """Draw what is selected: how many there are, and all of them page by page."""
    catalog, rows = dataset.catalog, selection.rows
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        noun = "photo" if len(rows) == 1 else "photos"
        st.markdown(f"**{len(rows):,} {noun}** {markdown.escape(selection.words)}")
        with st.container(horizontal=True, width="content", gap="small"):
            st.button(
                "Teach with these", on_click=_teach, args=(catalog, rows), icon=":material/school:", type="tertiary"
            )
            st.button("Clear", on_click=selecting.clear, icon=":material/close:", type="tertiary")
    if not len(rows):
        st.caption("There is none.")
        return
    wrong = ""
    if answers is not None:
        count = int(((answers[rows] > 0.5) != (catalog.labels[rows] == 1))[~np.isnan(answers[rows])].sum())
        wrong = f" · {count:,} answered wrong"
    st.caption(markdown.escape(selecting.count_words(catalog, rows) + wrong))
    place = st.container()
    first = _draw_pagination(len(rows))
    shown = rows[first : first + TILES].tolist()
    with place:
        draw_tiles(dataset, shown, [describe_label(catalog, row) for row in shown], "selected")


def _teach(catalog: Catalog, rows: np.ndarray) -> None:
    """Go over to the other view, and teach with these photos."""
    teach_with(catalog, np.sort(rows))
    st.session_state["view"] = "Teach"


def _draw_pagination(total: int) -> int:
    """Draw the choice of a page where there are several; return the index of the first image on it."""
    pages = -(-total // TILES)
    if pages < 2:
        return 0
    if not 1 <= st.session_state.get("selected-page", 1) <= pages:
        st.session_state["selected-page"] = 1
    return (st.pagination(pages, key="selected-page") - 1) * TILES


def _draw_photo(dataset: Dataset, store: FeatureStore, row: int) -> None:
    """Draw one image and those most alike."""
    catalog = dataset.catalog
    name = markdown.escape(catalog.paths[row].rsplit("/", 1)[-1])
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{name}**, {describe_label(catalog, row)}, {catalog.splits[row]}")
        st.button("Back", on_click=selecting.leave_photo, icon=":material/close:", type="tertiary")
    draw_tiles(dataset, [row], ["Open large"], "photo", columns=3, width=120)
    draw_neighbours(dataset, store, store.values[row], exclude=row, on_open=selecting.show_photo)


def _draw_own(dataset: Dataset, store: FeatureStore, own: OwnPhoto) -> None:
    """Draw a photo of one's own and those most alike."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{markdown.escape(own.name)}**, your photo")
        st.button("Back", on_click=selecting.leave_photo, icon=":material/close:", type="tertiary")
    st.image(own.tile, width=150, alt=f"Your photo {own.name}")
    draw_neighbours(dataset, store, own.features, on_open=selecting.show_photo)
