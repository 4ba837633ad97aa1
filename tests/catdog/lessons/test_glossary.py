"""The words of the course, and how a text links to them."""

import pytest

from catdog.lessons.glossary import GROUPS, TERMS, get_term, link_terms, search_terms
from catdog.settings import PROJECT

ADDRESS = "./glossary?term="


def linked(text: str, seen=()) -> str:
    return link_terms(text, ADDRESS, seen)[0]


def test_each_word_has_one_place_and_a_page_that_exists():
    forms = [form.casefold() for term in TERMS for form in (term.name, *term.also)]
    assert len(set(forms)) == len(forms)
    assert len({term.slug for term in TERMS}) == len(TERMS) >= 30
    assert {term.group for term in TERMS} == set(GROUPS)
    assert all((PROJECT / "pages" / f"{term.page}.py").is_file() for term in TERMS)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.slug)
def test_a_meaning_is_one_short_sentence(term):
    assert term.meaning.endswith(".")
    assert term.meaning[0].isupper()
    assert term.meaning.count(". ") == 0
    assert len(term.meaning.split()) <= 25


def test_the_first_use_of_a_word_becomes_a_link_and_no_later_one():
    text, slugs = link_terms("Overfitting shows. A model overfits.", ADDRESS, ())
    assert text == f"[Overfitting]({ADDRESS}overfitting) shows. A [model]({ADDRESS}model) overfits."
    assert slugs == {"overfitting", "model"}
    assert linked("overfitting", seen={"overfitting"}) == "overfitting"


def test_the_longest_word_wins_also_across_a_line():
    assert linked("a learning\nrate") == f"a [learning\nrate]({ADDRESS}learning-rate)"
    assert linked("validation images") == f"[validation images]({ADDRESS}validation-set)"


@pytest.mark.parametrize(
    "text",
    [
        "`accuracy`",
        "[accuracy](compare)",
        "![loss](loss.png)",
        ":material/model_training:",
        "https://example.org/accuracy",
        "model1 and submodel",
        "accuracy-like",
        "runs/label.py",
    ],
)
def test_what_is_no_word_of_a_sentence_stays_as_it_is(text):
    assert linked(text) == text


def test_a_word_is_found_by_its_slug_and_by_what_it_means():
    assert get_term("roc-auc").name == "ROC AUC"
    assert get_term("ROC") is None
    assert "recall" in [term.name for term in search_terms(" is FOUND ")]
    assert search_terms("") == TERMS
    assert search_terms("zebra") == ()
