"""The course: its pages in order, and the line on each that leads to the next."""

import streamlit as st

OVERVIEW = "overview"
PAGES = (
    (OVERVIEW, "Overview", "home", "How far you are, and what comes next."),
    ("lesson", "Lesson", "school", "Predict, do it, and let your own numbers explain what happened."),
    ("browse", "Browse", "photo_library", "Look at the photos, their labels, and how many there are."),
    ("augment", "Augment", "flip", "See one photo flipped, rotated and changed as training does it."),
    ("models", "Models", "account_tree", "What the four models are made of, and what each does differently."),
    ("train", "Train", "model_training", "Train models, watch them learn, stop and resume them."),
    ("compare", "Compare", "query_stats", "Learning curves and scores side by side."),
    ("evaluate", "Evaluate", "fact_check", "How good each model is, and which mistakes it makes."),
    ("explore", "Explore", "bubble_chart", "See all photos on a map, and teach a model with a few of them."),
    ("predict", "Predict", "image_search", "Drop a photo and see what every trained model says."),
    ("classroom", "Class", "groups", "Hand in your work; teachers see what all have handed in."),
)
#: Pages to look something up, which no other page leads on to.
MORE = (("glossary", "Glossary", "menu_book", "What the words mean, each with a number of your own."),)
_CURRENT, _VISITED = "course-page", "visited-pages"  # the session's keys of the page drawn now, and of all


def remember_page(name: str) -> None:
    """Remember which page is drawn; `name` is one of `PAGES` or `MORE`."""
    st.session_state[_CURRENT] = name
    st.session_state.setdefault(_VISITED, set()).add(name)


def get_current_page() -> str:
    """Return the name of the page that is drawn now, one of `PAGES`."""
    return st.session_state.get(_CURRENT, OVERVIEW)


def was_visited(name: str) -> bool:
    """Tell whether this browser window has shown a page; `name` is one of `PAGES`."""
    return name in st.session_state.get(_VISITED, ())


def draw_next_step() -> None:
    """Draw the place of this page among all, as a link to the next one; nothing on the Overview and in `MORE`.

    Not called a step: the six steps of the course are on the Overview, and Train alone has four of them.
    """
    steps = [name for name, *_ in PAGES]
    name = get_current_page()
    current = steps.index(name) if name in steps else 0
    if not current:
        return
    following, title, *_ = PAGES[(current + 1) % len(PAGES)]
    st.page_link(
        f"{following}.py",
        label=f":gray[Page {current} of {len(PAGES) - 1} ·] next: **{title}**",
        icon=":material/arrow_forward:",
        icon_position="right",
    )
