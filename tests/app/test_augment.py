"""The Augment page, driven through Streamlit's AppTest, with the real Keras layers."""

from urllib.parse import parse_qsl

import pytest

from catdog.runs import list_runs
from catdog.training import TrainConfig
from tests.app.conftest import alternatives, button, text_of


def test_one_picture_stands_beside_its_flips_and_beside_its_turns(app):
    page = app("augment", copies="2")
    titles = [title.value for title in page.subheader]
    assert titles == ["Flips", "Turns", "Both, as in training"]
    kinds = [text.split()[0] for text in alternatives(page)]
    assert kinds == ["The", "Copy", "Copy"] * 3


def test_the_turn_is_set_and_shown_in_degrees(app):
    page = app("augment", turn="72")
    assert page.slider(key="turn").value == 72
    assert "turned up to ±72°" in text_of(page)


def test_roll_again_draws_other_copies_of_the_same_picture(app):
    page = app("augment", copies="1")
    before = [image.value for image in page.image]
    button(page, "Roll again").click().run()
    after = [image.value for image in page.image]
    assert page.query_params["roll"].isdigit()
    assert after[0] == before[0]
    assert after[-1] != before[-1]


def test_the_same_address_shows_the_same_copies(app):
    address = {"roll": "12", "turn": "30", "flip": "left-right", "copies": "3"}
    assert [image.value for image in app("augment", **address).image] == [
        image.value for image in app("augment", **address).image
    ]


def test_another_picture_is_named_in_the_address(app):
    page = app("augment", copies="1")
    button(page, "Another picture").click().run()
    assert page.query_params["picture"].startswith("train/")
    assert page.query_params["picture"] in alternatives(page)[0]


@pytest.mark.parametrize(
    ("model", "flip", "turn"), [("model2", "both", 90), ("model3", "left-right", 90), ("model4", "both", 72)]
)
def test_a_button_sets_what_a_model_uses(app, model, flip, turn):
    page = app("augment", copies="1", flip="up-down", turn="5")
    page.button(key=f"as-{model}").click().run()
    assert page.segmented_control(key="flip").value == flip
    assert page.slider(key="turn").value == turn


def test_switched_off_there_are_no_copies(app):
    page = app("augment", flip="none", turn="0")
    assert alternatives(page) == []
    assert text_of(page).count("Switched off") == 2


@pytest.mark.parametrize(
    ("flip", "turn", "expected"),
    [
        ("up-down", "36", {"flip": "vertical", "rotation": 0.1}),
        ("none", "0", {"flip": "none", "rotation": 0.0}),
    ],
)
def test_a_link_leads_to_a_training_with_these_settings(app, place, monkeypatch, flip, turn, expected):
    monkeypatch.setattr("catdog.runs.local.start", lambda settings, files: None)
    page = app("augment", copies="1", flip=flip, turn=turn)
    link = next(one.proto for one in page.get("page_link") if one.proto.label == "Train with these settings")
    page = app("train", **dict(parse_qsl(link.query_string)))
    assert not page.warning
    button(page, "Start training").click().run()
    assert list_runs(place)[0].config == TrainConfig("model1", "drawn", **expected)


@pytest.mark.parametrize(
    "address", [{"flip": "sideways"}, {"turn": "200"}, {"copies": "1000000"}, {"roll": "x"}, {"picture": "../../etc"}]
)
def test_a_value_in_the_address_that_can_not_be_used_is_passed_over(app, address):
    assert alternatives(app("augment", **address)) == alternatives(app("augment"))


def test_it_says_why_a_flipped_cat_is_still_a_cat_and_what_each_model_uses(app):
    words = text_of(app("augment", copies="1"))
    assert "A flipped or tilted cat is still a cat" in words
    assert all(f"**model{number}**" in words for number in (1, 2, 3, 4))
