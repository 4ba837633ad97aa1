"""The app that every click runs: navigation, sidebar, and the chosen page.

It lies inside pages/, since Streamlit runs the files of a folder called "pages" beside its entry script by itself
until `st.navigation` was called once: a deep link right after a restart would then lose sidebar and navigation.
"""

import streamlit as st

from pages.components import page
from pages.components.sidebar import draw_sidebar
from pages.components.uploads import remember_person

PAGES = (
    ("overview", "Overview", "home", "The six steps of the course, how far you are, and what comes next."),
    ("browse", "Browse", "photo_library", "Look at the pictures, their labels, and how many there are."),
    ("augment", "Augment", "flip", "See one picture flipped, turned and changed the way training does it."),
    ("models", "Models", "account_tree", "What the four models are made of, and what each does differently."),
    ("train", "Train", "model_training", "Start training runs, watch them, stop them and go on with them."),
    (
        "compare",
        "Compare",
        "query_stats",
        "Learning curves and scores of all runs, beside the published ones.",
    ),
    ("evaluate", "Evaluate", "fact_check", "How good each run is, which mistakes it makes, and where it looks."),
    ("predict", "Predict", "image_search", "Drop a picture and see what every trained model says."),
)


def main() -> None:
    """Draw what all pages share, and run the page that is chosen."""
    st.set_page_config(page_title="Cats and Dogs", page_icon="🐈", layout="wide")
    page.stop_unless_started()
    st.logo(":material/pets:", size="large")
    chosen = st.navigation(
        [
            st.Page(f"{name}.py", title=title, icon=f":material/{icon}:", help=help_text)
            for name, title, icon, help_text in PAGES
        ]
    )
    with page.show_errors():
        remember_person()
        draw_sidebar()
        chosen.run()


main()
