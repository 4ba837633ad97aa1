"""The Augment page, driven through Streamlit's AppTest."""

import re
from io import BytesIO
from urllib.parse import parse_qsl

import numpy as np
import pytest
from PIL import Image

from catdog.augmentation.config import Augmentation
from catdog.augmentation.layers import write_keras_code
from catdog.runs import list_runs
from catdog.training import TrainConfig
from tests.pages.conftest import alternatives, button, text_of

COLD = (60, 120, 200)


def test_one_picture_stands_beside_its_versions_in_one_grid(app):
    page = app("augment", copies="4")
    assert [text.split()[0] for text in alternatives(page)] == ["The", *["Version"] * 4]
    assert [title.value for title in page.subheader] == ["4 versions of one picture"]
    assert len(app("augment", copies="24").image) == 25


def test_the_drawn_values_stand_under_each_version(app):
    page = app("augment", copies="6", flip="left-right", turn="60", zoom="30", shift="20", contrast="40", light="30")
    said = under(page)
    assert len(said) == 6
    assert any("flipped left-right" in words for words in said)
    for pattern in (
        r"[+−]\d+°",
        r"\d\.\d\d× zoom",
        r"% (left|right)",
        r"% (up|down)",
        r"\d× contrast",
        r"% (darker|brighter)",
    ):
        assert sum(re.search(pattern, words) is not None for words in said) >= 5, pattern
    assert all(words in text for words, text in zip(said, alternatives(page)[1:], strict=True))


def test_while_a_slider_moves_only_its_effect_changes(app):
    page = app("augment", copies="5", flip="left-right", turn="60")
    before = under(page)
    page.slider(key="zoom").set_value(40).run()
    after = under(page)
    assert [re.sub(r", [\d.]+× zoom", "", words) for words in after] == before
    assert any("zoom" in words for words in after)


def test_the_turn_is_set_and_shown_in_degrees(app):
    page = app("augment", turn="72")
    assert page.slider(key="turn").value == 72
    assert "turned up to ±72°" in text_of(page)


def test_roll_again_draws_other_versions_of_the_same_picture_and_shows_the_seed(app):
    page = app("augment", copies="2")
    before = [image.value for image in page.image]
    button(page, "Roll again").click().run()
    after = [image.value for image in page.image]
    assert f"Seed **{int(page.query_params['roll'])}**" in text_of(page)
    assert after[0] == before[0]
    assert after[-1] != before[-1]


def test_the_same_address_shows_the_same_versions(app):
    address = {"roll": "12", "turn": "30", "flip": "left-right", "copies": "3", "light": "20", "fill": "wrap"}
    assert [image.value for image in app("augment", **address).image] == [
        image.value for image in app("augment", **address).image
    ]


def test_another_picture_is_named_in_the_address(app):
    page = app("augment", copies="2")
    button(page, "Another picture").click().run()
    assert page.query_params["picture"].startswith("train/")
    assert page.query_params["picture"] in alternatives(page)[0]


@pytest.mark.parametrize(
    ("key", "flip", "turn", "copies"),
    [
        ("as-flips", "both", 0, 2),
        ("as-turns", "none", 72, 2),
        ("as-model2", "both", 90, 5),
        ("as-model3", "left-right", 90, 5),
        ("as-model4", "both", 72, 5),
    ],
)
def test_a_button_sets_what_the_notebook_or_a_model_uses(app, key, flip, turn, copies):
    page = app("augment", copies="5", flip="up-down", turn="5", zoom="40", light="10", fill="wrap")
    page.button(key=key).click().run()
    assert page.segmented_control(key="flip").value == flip
    assert page.segmented_control(key="fill").value == "reflect"
    assert [slider.value for slider in page.slider] == [turn, 0, 0, 0, 0, copies]


def test_switched_off_there_are_no_versions(app):
    page = app("augment", flip="none", turn="0")
    assert [text.split()[0] for text in alternatives(page)] == ["The"]
    assert "All is switched off" in text_of(page)


def test_the_code_is_that_of_the_settings(app):
    page = app("augment", flip="up-down", turn="36", zoom="20", fill="constant")
    assert [code.value.strip() for code in page.code] == [
        write_keras_code(Augmentation("vertical", 0.1, 0.2, fill="constant")).strip()
    ]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({"flip": "up-down", "turn": "36"}, {"flip": "vertical", "rotation": 0.1}),
        ({"flip": "none", "turn": "0"}, {"flip": "none", "rotation": 0.0}),
        (
            {"flip": "none", "turn": "0", "zoom": "20", "shift": "10", "contrast": "30", "light": "40", "fill": "wrap"},
            {"flip": "none", "rotation": 0.0, "zoom": 0.2, "translation": 0.1, "contrast": 0.3}
            | {"brightness": 0.4, "fill": "wrap"},
        ),
    ],
)
def test_a_link_leads_to_a_training_with_these_settings(app, place, monkeypatch, address, expected):
    monkeypatch.setattr("catdog.runs.executors.local.start", lambda settings, files: None)
    page = app("augment", copies="2", **address)
    link = next(one.proto for one in page.get("page_link") if one.proto.label == "Train with these settings")
    page = app("train", **dict(parse_qsl(link.query_string)))
    assert not page.warning
    button(page, "Start training").click().run()
    assert list_runs(place)[0].config == TrainConfig("model1", "drawn", **expected)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"flip": "sideways"}, "The flip is 'sideways', but must be one of none, left-right, up-down, both."),
        ({"fill": "mirror"}, "The fill is 'mirror', but must be one of reflect, constant, wrap, nearest."),
        ({"turn": "200"}, "The turn is 200, but must be a number of degrees from 0 to 180."),
        ({"zoom": "-5"}, "The zoom is '-5', but must be a whole percentage from 0 to 90."),
        ({"light": "1e9"}, "The brightness is '1e9', but must be a whole percentage from 0 to 100."),
        ({"copies": "1000000"}, "The number of versions is '1000000', but must be from 2 to 24."),
        ({"roll": "x"}, "The seed is 'x', but must be a whole number from 0 to 999,999."),
        ({"picture": "../../etc"}, "The data in use has no picture '../../etc': choose another picture."),
    ],
)
def test_a_value_in_the_address_that_can_not_be_used_is_said_in_a_sentence_and_passed_over(app, address, sentence):
    page = app("augment", **address)
    assert [sentence in warning.value.replace("\\", "") for warning in page.warning] == [True]
    usual = app("augment")
    assert alternatives(page) == alternatives(usual)
    assert not usual.warning


def test_an_uploaded_picture_takes_the_place_of_the_datas(app):
    page = app("augment", copies="3")
    page.file_uploader(key="augment-upload").set_value([upload("mine.png")]).run()
    assert "mine.png" in alternatives(page)[0]
    assert len(page.image) == 4
    assert button(page, "Another picture").disabled


def test_an_upload_that_is_no_picture_gives_one_sentence(app):
    page = app("augment", copies="3")
    page.file_uploader(key="augment-upload").set_value([("mine.png", b"no picture", "image/png")]).run()
    assert not page.exception
    assert ["mine.png" in error.value for error in page.error] == [True]
    assert not page.image


def test_the_best_finished_model_answers_for_each_version_and_a_sentence_sums_up(app, trained):
    run = trained("model4")
    page = app("augment", copies="4")
    page.file_uploader(key="augment-upload").set_value([upload("mine.png")]).run()
    badges = [one.value for one in page.markdown if "badge[" in one.value and "%" in one.value]
    assert badges == [":blue-badge[dogs 90 %]"] * 5
    assert f"{run.name} says dogs for 4 of 4 versions, 90 % sure each time." in text_of(page)


def test_another_model_or_none_can_be_chosen_and_stands_in_the_address(app, trained):
    first, second = trained("model1"), trained("model2")
    page = app("augment", copies="2")
    chosen = page.selectbox(key="answering-one").value
    other = next(run for run in (first, second) if run.id != chosen)
    page.selectbox(key="answering-one").set_value(other.id).run()
    assert page.query_params["run"] == other.id
    assert f"{other.name} says" in text_of(page)
    assert f"{other.name} says" in text_of(app("augment", copies="2", run=other.id))
    assert " says " not in text_of(app("augment", copies="2", run="none"))


def test_a_new_roll_leaves_the_choice_among_models_of_the_same_name(app, trained):
    oldest, *_ = [trained("model1") for _ in range(3)]
    page = app("augment", copies="2", run=oldest.id)
    button(page, "Roll again").click().run()
    assert page.selectbox(key="answering-one").value == oldest.id
    assert page.query_params["run"] == oldest.id


def test_a_run_that_is_not_there_is_said_and_the_best_one_answers(app, trained):
    run = trained("model1")
    page = app("augment", copies="2", run="[gone](x)")
    assert [r"no trained run \[gone\](x)" in warning.value for warning in page.warning] == [True]
    assert f"{run.name} says" in text_of(page)


def test_without_a_trained_model_it_says_what_will_stand_there(app):
    page = app("augment")
    assert "Once a model is trained" in text_of(page)
    assert "answering-one" not in [one.key for one in page.selectbox]


def test_it_says_why_a_flipped_cat_is_still_a_cat_and_what_each_model_uses(app):
    words = text_of(app("augment", copies="2"))
    assert "A flipped or tilted cat is still a cat" in words
    assert all(f"**model{number}**" in words for number in (1, 2, 3, 4))


def under(page) -> list[str]:
    """What stands under the versions."""
    captions = [caption.value for caption in page.caption]
    first = captions.index("**original**") + 1
    return captions[first : first + len(page.image) - 1]


def upload(name: str) -> tuple[str, bytes, str]:
    """Return a noisy, bluish picture as an upload."""
    noise = np.random.default_rng(1).normal(0, 20, (50, 70, 3))
    buffer = BytesIO()
    Image.fromarray(np.clip(np.array(COLD) + noise, 0, 255).astype(np.uint8)).save(buffer, "PNG")
    return name, buffer.getvalue(), "image/png"
