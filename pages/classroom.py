"""The class: students hand in their work, and teachers see what all have handed in, scored anew."""

import streamlit as st

from pages.components import access, page
from pages.components.classroom.handing_in import draw_handing_in
from pages.components.classroom.table import draw_table

TABLE, HAND_IN = "Table", "Hand in"


def main() -> None:
    """Draw the page."""
    page.stop_unless_started()
    teaches = access.is_teacher()
    page.page_header(
        "Class",
        "Each student is a row: lessons, predictions, and scores measured anew from the handed-in models."
        if teaches and st.query_params.get("view") != HAND_IN
        else "Hand in your runs with a report, a notebook and your answers to the lessons.",
    )
    view = HAND_IN
    if teaches:
        page.warn_invalid_query_params(
            page.describe_invalid_word("view", st.query_params.get("view", TABLE), (TABLE, HAND_IN)), "view"
        )
        view = st.segmented_control(
            "View", (TABLE, HAND_IN), default=TABLE, required=True, key="view", bind="query-params"
        )
    if view == TABLE:
        draw_table()
    else:
        draw_handing_in()


main()
