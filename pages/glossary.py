"""The glossary: each word of the course in a sentence, with a number of the user's own."""

from collections.abc import Hashable

import streamlit as st

from catdog.datasets.corrections import list_corrections
from catdog.datasets.quality.job import load_report
from catdog.lessons.glossary import GROUPS, TERMS, Term, get_term, search_terms
from catdog.lessons.own_numbers import OwnNumbers
from catdog.lessons.own_sentences import describe_own
from pages.components import course, markdown, page, state

TERM = "term"  # the query parameter with the word that is looked up
NOTHING = "Your own number will stand here once there is one."


def main() -> None:
    """Draw the page."""
    page.page_header("Glossary", f"The {len(TERMS)} words of the course, each with a number of your own.")
    slug = st.query_params.get(TERM, "")
    chosen = get_term(slug)
    if slug and chosen is None:
        page.warn_invalid_query_params([f"The glossary has no word {slug[:40]!r}."], "list of words")
    sentences = _describe_all(*_gather_numbers())
    if chosen:
        with st.container(border=True, key="looked-up"):
            _draw_term(chosen, sentences[chosen.name], large=True)
    query = st.text_input("Search", placeholder="Search", label_visibility="collapsed", key="words", max_chars=60)
    listed = search_terms(query)
    if not listed:
        st.info("No word of the glossary fits: search for another.", icon=":material/search_off:")
    for group in GROUPS:
        terms = sorted((term for term in listed if term.group == group), key=lambda term: term.name.casefold())
        if terms:
            st.header(group, anchor=False)
            grid = st.grid(3, min_column_width=260, border=True)
            for term in terms:
                with grid.cell():
                    _draw_term(term, sentences[term.name])


def _gather_numbers() -> tuple[Hashable, OwnNumbers]:
    """Return what the numbers are taken from, and before it what changes with any of them."""
    settings, catalog = state.settings(), state.catalog()
    runs = [
        run for run in state.runs() if run.fingerprint == catalog.fingerprint and run.selection_accuracy is not None
    ]
    corrected, report = len(list_corrections(settings, catalog).changed), load_report(settings, catalog)
    facts = tuple((run.id, run.name, run.state, run.status.updated, run.selection_accuracy) for run in runs)
    counts = tuple(sorted(report.counts.items())) if report else None
    return (settings, catalog.version, len(catalog), facts, corrected, counts), OwnNumbers(
        catalog, runs, report, corrected
    )


@st.cache_data(max_entries=20, show_spinner=False)
def _describe_all(key: Hashable, _own: OwnNumbers) -> dict[str, str]:
    """Return {word: the sentence with the user's own number, "" for none}; hundreds of runs take a while to read."""
    return {term.name: describe_own(term.name, _own) for term in TERMS}


def _draw_term(term: Term, sentence: str, large: bool = False) -> None:
    """Draw a word, its meaning, the user's own number, and a link to where it is seen at work."""
    name = term.name[0].upper() + term.name[1:]
    title = next(title for page_name, title, *_ in course.PAGES if page_name == term.page)
    with st.container(gap="xxsmall"):
        (st.header if large else st.subheader)(name, anchor=False)
        st.markdown(term.meaning)
        st.caption(f":material/tag: {markdown.escape(sentence)}" if sentence else f":gray[{NOTHING}]")
        key = f"see-{term.slug}-{'large' if large else 'listed'}"
        if st.button(f"See it on {title}", key=key, type="tertiary", icon=":material/arrow_forward:"):
            st.switch_page(f"{term.page}.py", query_params=dict(term.params))


main()
