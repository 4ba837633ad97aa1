"""Explore: all photos on a map made of what MobileNetV2 sees in them, a model taught with a few, and wrong labels."""

from dataclasses import replace

import streamlit as st

from pages.components import page, state
from pages.components.explore import clean, lesson, teach
from pages.components.explore import map as mapping
from pages.components.features import get_features
from pages.components.image_dialog import show_image_from_query

#: What each view is called, what draws it, and what says which query parameters of it can't be used.
VIEWS = {
    "Map": (mapping.draw_map, mapping.list_faults),
    "Teach": (teach.draw_teaching, lesson.list_faults),
    "Clean": (clean.draw_clean, clean.list_faults),
}


def main() -> None:
    """Draw the page."""
    page.page_header(
        "See like a model",
        "MobileNetV2 describes each photo with 1,280 numbers. Photos that it finds alike lie close together.",
    )
    opened = state.dataset()
    dataset = replace(opened, catalog=state.training_catalog(opened))
    faults = page.describe_invalid_word("view", st.query_params.get("view", "Map"), VIEWS)
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    view = row.segmented_control("View", list(VIEWS), default="Map", required=True, key="view", bind="query-params")
    draw, list_faults = VIEWS[view]
    page.warn_invalid_query_params(faults + list_faults(dataset.catalog))
    store = get_features(dataset)
    if store is not None:
        draw(dataset, store, row)
    show_image_from_query(dataset)


main()
