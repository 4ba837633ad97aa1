"""The Glossary page and the links to it, driven through Streamlit's AppTest."""

from catdog.lessons.glossary import TERMS
from tests.pages.conftest import text_of


def test_every_word_stands_there_with_its_meaning_and_a_way_to_its_page(app):
    page = app("glossary")
    names = [element.value.casefold() for element in page.subheader]
    assert sorted(names) == sorted(term.name.casefold() for term in TERMS)
    assert sum(button.label.startswith("See it on ") for button in page.button) == len(TERMS)
    assert "Your own number will stand here" in text_of(page)


def test_a_word_of_the_address_comes_first_and_large(app):
    page = app("glossary", term="baseline")
    assert page.header[0].value == "Baseline"
    assert "Here: 50.0%." in text_of(page)


def test_a_hostile_address_is_told_of_and_shows_all(app):
    page = app("glossary", term="<b>*nonsense*</b>")
    assert "has no word" in page.warning[0].value
    assert len(page.subheader) == len(TERMS)


def test_a_search_leaves_what_fits(app):
    page = app("glossary")
    page.text_input(key="words").set_value("precision").run()
    assert [element.value for element in page.subheader] == ["Precision"]
    page.text_input(key="words").set_value("zebra").run()
    assert "No word of the glossary fits" in page.info[0].value


def test_a_button_leads_to_where_the_word_is_seen(app):
    page = app("glossary", term="calibration")
    page.button(key="see-calibration-large").click().run()
    assert not page.exception
    assert page.title[0].value != "Glossary"


def test_each_page_links_a_word_once_however_often_it_is_drawn(app):
    page = app("browse")
    for _ in range(2):
        texts = "".join(element.value for element in page.markdown)
        assert texts.count("](./glossary?term=label)") == 1
        page.run()
