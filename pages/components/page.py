"""What frames every page: its head, errors and warnings in a box, rows of cells."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from catdog.errors import CatDogError, UsageError
from catdog.runs import Run
from pages.components import markdown
from pages.components.course import draw_next_step
from pages.components.glossary import with_links
from pages.components.serving import started
from pages.components.strip import draw_strip

CLASS_COLOURS = ("orange", "blue")  # Streamlit's names of the colours of class 0 and class 1
#: What Streamlit's own look leaves below a contrast of 4.5:1 (selected pills, segments and tabs, sliders, links of
#: captions, charts), and what lets a telephone show what a page is for at once: small headings, buttons in one line, a
#: table that fits.
LOOK = """
[data-variant][data-selected]:not([data-disabled]),
[data-variant][data-selected]:is([data-hovered], [data-focus-visible]):not([data-disabled]) {
    background-color: #008060; border-color: #008060; color: #FFFFFF; font-weight: 600;
}
[role="tab"][data-selected] { color: inherit; font-weight: 600; }
[data-testid="stSliderThumbValue"], [data-testid="stCaptionContainer"] p a[href] { color: inherit; }
.js-plotly-plot :is(.xtick, .ytick, .g-xtitle, .g-ytitle, .g-y2title, .g-y3title, .legend, .textpoint) text,
.js-plotly-plot .bartext-outside,
.js-plotly-plot .bg[style*="fill-opacity: 0;"] ~ .annotation-text { fill: currentColor !important; }
.st-key-page-head { flex-wrap: nowrap; }
@media (max-width: 1100px) { .st-key-page-head [data-testid="stPageLink"] p > span { display: none; } }
@media (max-width: 640px) {
    [data-testid="stMainBlockContainer"] { padding-top: 3.5rem; }
    [data-testid="stMain"] h1 { font-size: 1.5rem; padding: 0.25rem 0; }
    [data-testid="stMain"] h2 { font-size: 1.25rem; padding: 0.25rem 0; }
    .st-key-chosen-runs { flex-wrap: nowrap; }
    :is(.st-key-drop-buttons, .st-key-browse-filters) { gap: 0.375rem; }
    :is(.st-key-drop-buttons, .st-key-browse-filters) button { padding: 0.25rem 0.4rem; }
    :is(.st-key-drop-buttons, .st-key-browse-filters) button p { font-size: 0.8rem; white-space: nowrap; }
    :is(.st-key-drop-buttons, .st-key-browse-filters) button span:has(> [data-testid="stIconMaterial"]) {
        display: none;
    }
    .st-key-what-they-show { font-size: 0.9rem; line-height: 1.4; }
    .st-key-chosen-runs [data-testid="stWidgetLabel"] { position: absolute; opacity: 0; }
    .st-key-page-intro { margin-top: -0.75rem; font-size: 0.9rem; line-height: 1.4; }
    .st-key-models-table :is(th, td) { padding: 0.2rem 0.15rem; font-size: 0.68rem; line-height: 1.25; }
}
"""


@contextmanager
def show_errors() -> Iterator[None]:
    """Turn an error that a user can cause into a box with its sentence; the rest of the block is skipped."""
    try:
        yield
    except CatDogError as error:
        st.error(markdown.escape(str(error)), icon=":material/error:")


def stop_unless_started() -> None:
    """Draw one sentence and nothing else where a page was started by itself, without the checks of dashboard.py."""
    try:
        started()
    except UsageError as error:
        st.error(markdown.escape(str(error)), icon=":material/error:")
        st.stop()


def page_header(title: str, two_sentences: str) -> None:
    """Draw the head of a page: the lesson's strip, its title, the way to the course's next page, what it teaches."""
    stop_unless_started()
    draw_strip()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="page-head"):
        st.title(title, anchor=False, width="stretch")
        draw_next_step()
    st.container(key="page-intro").markdown(with_links(two_sentences))


def row(count: int, width: int) -> list[DeltaGenerator]:
    """Return `count` cells side by side, each at least `width` pixels wide; they wrap on a narrow screen."""
    grid = st.grid(count, min_column_width=width)
    return [grid.cell() for _ in range(count)]


def warn_about_damage(runs: Iterable[Run]) -> None:
    """Say which files of these runs are damaged, and so are only used as far as they are not."""
    for fault in (fault for run in runs for fault in run.faults):
        st.warning(markdown.escape(fault), icon=":material/broken_image:")


def describe_invalid_word(name: str, word: str, allowed: Collection[str]) -> list[str]:
    """Return [a sentence that `word` is no value of the query parameter called `name`], or [] where it is one."""
    return [] if word in allowed else [f"The {name} is {word[:40]!r}, but must be one of {', '.join(allowed)}."]


def parse_number(text: str, kind: type) -> int | float | str:
    """Return the number that a query parameter says, or its first 40 characters where it says none."""
    try:
        return kind(text)
    except ValueError:
        return text[:40]


def warn_invalid_query_params(faults: list[str], instead: str = "values") -> None:
    """Show what is wrong with the query parameters, which Streamlit's widgets pass over in silence.

    Args:
        faults: A sentence for each parameter that can't be used, as plain text; without any, nothing is shown.
        instead: What the page shows of its own in their place.
    """
    if faults:
        lines = [*map(markdown.escape, faults), f"The page shows its own {instead} instead."]
        st.warning("  \n".join(lines), icon=":material/link_off:")
