"""The app that every click runs: navigation, sidebar, and the chosen page.

It lies inside pages/, since Streamlit runs the files of a folder called "pages" beside its entry script by itself
until `st.navigation` was called once: a deep link right after a restart would then lose sidebar and navigation.
"""

import streamlit as st

from pages.components import course, page, strip
from pages.components.glossary import forget_links
from pages.components.history import keep_history
from pages.components.sidebar import draw_sidebar
from pages.components.styles import apply_styles
from pages.components.uploads import remember_person


def main() -> None:
    """Draw what all pages share, and run the page that is chosen."""
    st.set_page_config(page_title="Cats and Dogs", page_icon="🐈", layout="wide")
    page.stop_unless_started()
    st.logo(":material/pets:", size="large")
    chosen = st.navigation(
        [
            st.Page(f"{name}.py", title=title, icon=f":material/{icon}:", help=help_text)
            for name, title, icon, help_text in course.PAGES + course.MORE
        ]
    )
    st.set_page_config(page_title=f"{chosen.title} · Cats and Dogs")
    course.remember_page(chosen.url_path or course.OVERVIEW)
    forget_links()
    with page.show_errors():
        remember_person()
        draw_sidebar()
        with st.sidebar:
            apply_styles(page.LOOK + strip.LOOK)
            keep_history()
        chosen.run()


main()
