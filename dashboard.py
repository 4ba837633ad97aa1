"""The dashboard's entry: streamlit run dashboard.py"""

import streamlit as st
from starlette.middleware import Middleware

from views import shared
from views.serving import check_serving, load_what_pages_share
from views.sidebar import sidebar
from views.uploads import CountUploads, notice_person

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
    """Set the page up, draw what all pages share, and run the page that is chosen."""
    st.set_page_config(page_title="Cats and Dogs", page_icon="🐈", layout="wide")
    st.logo(":material/pets:", size="large")
    page = st.navigation(
        [
            st.Page(f"views/{name}.py", title=title, icon=f":material/{icon}:", help=about)
            for name, title, icon, about in PAGES
        ]
    )
    with shared.errors():
        notice_person()
        sidebar()
        page.run()


if __name__ == "__main__":  # as Streamlit runs this file for each click
    main()
else:  # as its server imports it once, before anybody can reach it
    settings = check_serving()
    load_what_pages_share()
    app = st.App(__file__, middleware=[Middleware(CountUploads, settings.limits.upload)])
