"""The Augment page, driven through Streamlit's AppTest."""

import json
import re
from io import BytesIO
from urllib.parse import parse_qsl

import numpy as np
import pytest
from PIL import Image

from catdog.augmentation.config import Augmentation
from catdog.augmentation.layers import write_keras_code
from catdog.runs import list_runs
from catdog.training.features import VARIANTS
from catdog.training.recipes import make_config
from pages.components.augment.predictions import describe_stability
from tests.pages.conftest import alternatives, button, text_of

COLD = (60, 120, 200)


def test_a_photo_stands_beside_its_strongest_and_random_versions(app):
    page = app("augment", copies="4")
    assert [text.split()[:2] for text in alternatives(page)[:2]] == [["The", "original,"], ["The", "strongest"]]
    assert [text.split()[0] for text in alternatives(page)[2:]] == ["Version"] * 4
    assert page.header[0].value == "4 random versions"
    assert "A flipped or tilted cat is still a cat" in text_of(page)
    assert all(f"**model{number}**" in text_of(page) for number in (1, 2, 3, 4))
    assert "Once a model is trained" in text_of(page)
    assert "answering-one" not in [element.key for element in page.selectbox]
    assert len(app("augment", copies="24").image) == 26


def test_the_drawn_values_stand_under_each_version(app):
    page = app("augment", copies="6", flip="left-right", turn="60", zoom="30", shift="20", contrast="40", light="30")
    captions = version_captions(page)
    assert len(captions) == 6
    assert any("flipped left-right" in words for words in captions)
    for pattern in (
        r"[+−]\d+°",
        r"\d\.\d\d× zoom",
        r"% (left|right)",
        r"% (up|down)",
        r"\d× contrast",
        r"% (darker|brighter)",
    ):
        assert sum(re.search(pattern, words) is not None for words in captions) >= 5, pattern
    assert all(words in text for words, text in zip(captions, alternatives(page)[2:], strict=True))


def test_while_a_slider_moves_only_its_effect_changes(app):
    page = app("augment", copies="5", flip="left-right", turn="60")
    assert page.slider(key="turn").value == 60
    assert "+60°" in alternatives(page)[1]
    before = version_captions(page)
    page.slider(key="zoom").set_value(40).run()
    after = version_captions(page)
    assert [re.sub(r", [\d.]+× zoom", "", words) for words in after] == before
    assert any("zoom" in words for words in after)


def test_another_seed_and_another_image_stand_in_the_address(app):
    page = app("augment", copies="2")
    before = [image.value for image in page.image]
    button(page, "Shuffle").click().run()
    after = [image.value for image in page.image]
    assert f"the seed {int(page.query_params['roll'])}." in button(page, "Shuffle").help
    assert after[:2] == before[:2]
    assert after[-1] != before[-1]
    button(page, "Change photo").click().run()
    assert page.query_params["picture"].startswith("train/")
    assert page.query_params["picture"] in alternatives(page)[0]


def test_the_same_address_shows_the_same_versions(app):
    address = {"roll": "12", "turn": "30", "flip": "left-right", "copies": "3", "light": "20", "fill": "wrap"}
    assert [image.value for image in app("augment", **address).image] == [
        image.value for image in app("augment", **address).image
    ]


def test_a_preset_sets_the_inputs_and_stays_selected(app):
    page = app("augment", copies="5", flip="up-down", turn="5", zoom="40", light="10", fill="wrap")
    assert page.pills(key="preset").value is None
    for preset, flip, turn in (
        ("model2", "both", 90),
        ("model3", "left-right", 90),
        ("model4", "both", 72),
        ("Reference flip", "both", 0),
        ("Reference rotation", "none", 72),
        ("None", "none", 0),
    ):
        page.pills(key="preset").set_value(preset).run()
        assert page.pills(key="preset").value == preset
        assert page.segmented_control(key="flip").value == flip
        assert page.segmented_control(key="fill").value == "reflect"
        assert [slider.value for slider in page.slider] == [turn, 0, 0, 0, 0, 5]
    page.slider(key="zoom").set_value(10).run()
    assert page.pills(key="preset").value is None


def test_a_click_on_the_selected_preset_changes_nothing(app):
    page = app("augment")
    assert page.pills(key="preset").value == "model2"
    page.pills(key="preset").set_value(None).run()
    assert page.pills(key="preset").value == "model2"
    assert page.slider(key="turn").value == 90


def test_every_effect_at_its_limit_is_what_the_browser_is_told(app):
    page = app("augment", flip="left-right", turn="36", zoom="20", shift="10", contrast="30", light="40", fill="wrap")
    told = json.loads(page.get("bidi_component")[0].proto.json)
    assert told["alt"] == alternatives(page)[1]
    assert told["alt"].endswith(
        "flipped left-right, +36°, 1.25× zoom, 10% right, 10% down, 1.30× contrast, 40% brighter, fill mode wrap"
    )
    assert Augmentation(**told["settings"]) == Augmentation("horizontal", 0.1, 0.2, 0.1, 0.3, 0.4, "wrap")
    assert [page.slider(key=slider["key"]).value / slider["parts"] for slider in told["sliders"]] == [
        told["settings"][slider["field"]] for slider in told["sliders"]
    ]


def test_switched_off_there_are_no_versions(app):
    page = app("augment", flip="none", turn="0")
    assert [text.split()[0] for text in alternatives(page)] == ["The", "The"]
    assert "as it is" in alternatives(page)[1]
    assert "All effects are off" in text_of(page)
    assert button(page, "Shuffle").disabled


def test_the_code_is_that_of_the_settings(app):
    page = app("augment", flip="up-down", turn="36", zoom="20", fill="constant")
    assert [code.value.strip() for code in page.code] == [
        write_keras_code(Augmentation("vertical", 0.1, 0.2, fill="constant")).strip()
    ]


def test_the_page_says_what_flips_and_stored_versions_are(app):
    page = app("augment")
    text = text_of(page)
    assert "That is a half turn" in text
    assert "no mirror image ever comes" in page.segmented_control(key="flip").help
    assert f"model4 trains on {VARIANTS} stored versions of each photo" in text
    assert "harder to memorize" in text
    assert "can't learn" not in text


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
    links = [element.proto for element in page.get("page_link")]
    link = next(proto for proto in links if proto.label == "Train with these settings")
    page = app("train", **dict(parse_qsl(link.query_string)))
    assert not page.warning
    button(page, "Start training").click().run()
    assert list_runs(place)[0].config == make_config("model1", source="drawn", **expected)


def test_query_params_that_can_not_be_used_get_a_sentence_each(app):
    address = {
        "flip": "sideways",
        "fill": "mirror",
        "turn": "200",
        "zoom": "-5",
        "light": "1e9",
        "copies": "1000000",
        "roll": "x",
        "picture": "../../etc",
    }
    page = app("augment", **address)
    (warning,) = page.warning
    assert warning.value.replace("\\", "").splitlines() == [
        "The flip is 'sideways', but must be one of none, left-right, up-down, both.  ",
        "The fill is 'mirror', but must be one of reflect, constant, wrap, nearest.  ",
        "The rotation is 200, but must be a number of degrees from 0 to 180.  ",
        "The zoom is '-5', but must be a whole percentage from 0 to 90.  ",
        "The brightness is '1e9', but must be a whole percentage from 0 to 100.  ",
        "The number of samples is '1000000', but must be from 2 to 24.  ",
        "The seed is 'x', but must be a whole number from 0 to 999,999.  ",
        "The data in use has no image '../../etc': choose another photo.  ",
        "The page shows its own values instead.",
    ]
    usual = app("augment")
    assert alternatives(page) == alternatives(usual)
    assert not usual.warning


def test_an_uploaded_image_takes_the_place_of_the_datas(app):
    page = app("augment", copies="3")
    page.file_uploader(key="augment-upload").set_value([upload("mine.png")]).run()
    assert "mine.png" in alternatives(page)[0]
    assert len(page.image) == 5
    assert button(page, "Change photo").disabled


def test_an_upload_that_is_no_picture_gives_one_sentence(app):
    page = app("augment", copies="3")
    page.file_uploader(key="augment-upload").set_value([("mine.png", b"no picture", "image/png")]).run()
    assert not page.exception
    assert ["mine.png" in error.value for error in page.error] == [True]
    assert not page.image


def test_the_best_model_predicts_each_version_and_a_sentence_sums_up(app, trained):
    run = trained("model4")
    page = app("augment", copies="4")
    page.file_uploader(key="augment-upload").set_value([upload("mine.png")]).run()
    texts = [element.value for element in page.markdown]
    badges = [text for text in texts if "badge[" in text and "%" in text]
    assert badges == [":blue-badge[dogs 90%]"] * 6
    assert f"{run.config.model} says dogs for 4 of 4 versions, 90% sure each time." in text_of(page)


def test_another_model_or_none_can_be_chosen(app, trained):
    first, second = trained("model1"), trained("model2")
    page = app("augment", copies="2")
    chosen = page.selectbox(key="answering-one").value
    unchosen = next(run for run in (first, second) if run.id != chosen)
    page.selectbox(key="answering-one").set_value(unchosen.id).run()
    assert page.query_params["run"] == unchosen.id
    assert f"{unchosen.config.model} says" in text_of(page)
    assert f"{unchosen.config.model} says" in text_of(app("augment", copies="2", run=unchosen.id))
    assert " says " not in text_of(app("augment", copies="2", run="none"))


def test_a_new_seed_keeps_the_choice_among_models_of_one_name(app, trained):
    oldest, *_ = [trained("model1") for _ in range(3)]
    page = app("augment", copies="2", run=oldest.id)
    button(page, "Shuffle").click().run()
    assert page.selectbox(key="answering-one").value == oldest.id
    assert page.query_params["run"] == oldest.id


def test_a_run_that_is_gone_is_told_and_the_best_one_predicts(app, trained):
    run = trained("model1")
    page = app("augment", copies="2", run="[gone](x)")
    assert [r"no trained run \[gone\](x)" in warning.value for warning in page.warning] == [True]
    assert f"{run.config.model} says" in text_of(page)


@pytest.mark.parametrize(
    ("probabilities", "sentence"),
    [
        ([0.97, 0.999, 0.98], "model4 says dogs for 3 of 3 versions, between 97% and 100% sure."),
        ([0.1, 0.2], "model4 says cats for 2 of 2 versions, between 80% and 90% sure."),
        ([0.901, 0.899], "model4 says dogs for 2 of 2 versions, 90% sure each time."),
        (
            [0.6, 0.7, 0.2],
            "model4 says dogs for 2 of 3 versions and cats for 1: its probability of dogs is 20% to 70%.",
        ),
        ([0.3, 0.7], "model4 says cats for 1 of 2 versions and dogs for 1: its probability of dogs is 30% to 70%."),
        ([], ""),
    ],
)
def test_stability_says_how_often_and_how_sure(probabilities, sentence):
    assert describe_stability("model4", ("cats", "dogs"), probabilities) == sentence


def version_captions(page) -> list[str]:
    """The captions of the versions, in order."""
    captions = [caption.value for caption in page.caption if not caption.value.startswith("Once a model")]
    first = captions.index("**Every effect at its limit**") + 1
    return captions[first : first + len(page.image) - 2]


def upload(name: str) -> tuple[str, bytes, str]:
    """Return a noisy, bluish image as an upload."""
    noise = np.random.default_rng(1).normal(0, 20, (50, 70, 3))
    buffer = BytesIO()
    Image.fromarray(np.clip(np.array(COLD) + noise, 0, 255).astype(np.uint8)).save(buffer, "PNG")
    return name, buffer.getvalue(), "image/png"
