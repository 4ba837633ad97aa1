"""The Predict page, driven through Streamlit's AppTest, with stand-ins for trained models."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from catdog.errors import RunError
from catdog.runs import create_run, delete_run
from catdog.training import TrainConfig
from tests.app.conftest import alternatives, button, text_of

WARM, COLD = (200, 120, 60), (60, 120, 200)


def test_without_a_trained_model_it_says_what_will_be_here_and_leads_to_training(app):
    page = app("predict")
    assert "No model is trained yet" in text_of(page)
    assert [link.proto.label for link in page.page_link] == ["Train a model"]
    assert not page.file_uploader


def test_while_the_first_model_trains_it_says_so(app, place):
    run = create_run(place, TrainConfig("model1", source="drawn"))
    assert f"In training now: {run.name}" in text_of(app("predict"))


def test_every_model_answers_for_an_uploaded_picture(app, trained):
    trained("model1")
    trained("model4")
    page = app("predict")
    page.file_uploader[0].set_value([picture("dog.png", COLD)]).run()
    (chart,) = page.get("plotly_chart")
    assert chart.proto.alt.count("dogs, 90.0 % sure") == 2
    assert alternatives(page) == ["dog.png as given", "dog.png squeezed to a square"]


def test_many_pictures_get_an_answer_each(app, trained):
    trained()
    page = app("predict")
    page.file_uploader[0].set_value([picture("a.png", COLD), picture("b.png", WARM)]).run()
    assert [chart.proto.alt.split(": ")[1] for chart in page.get("plotly_chart")] == [
        "dogs, 90.0 % sure",
        "cats, 90.0 % sure",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [("letter.jpg", b"Dear cat,"), ("nothing.png", b""), ("_half_.jpg", None)],
    ids=["text", "empty", "cut short"],
)
def test_a_file_that_is_no_picture_gets_one_sentence_and_the_others_an_answer(app, trained, name, content):
    trained()
    whole = picture("whole.jpg", WARM)
    page = app("predict")
    page.file_uploader[0].set_value([(name, whole[1][:200] if content is None else content, "image/jpeg"), whole]).run()
    assert not page.exception
    assert len(page.error) == 1
    assert name.split(".")[0].strip("_") in page.error[0].value
    assert len(page.get("plotly_chart")) == 1


def test_test_pictures_come_with_their_label_and_who_is_right(app, trained):
    trained()
    page = app("predict")
    button(page, "Take 6 test pictures").click().run()
    assert page.query_params["sample"].isdigit()
    assert len(page.get("plotly_chart")) == 6
    verdicts = [text.value for text in page.markdown if text.value.startswith("Labelled")]
    assert len(verdicts) == 6
    assert all("right: model1" in verdict or "wrong: model1" in verdict for verdict in verdicts)


def test_the_same_address_shows_the_same_test_pictures(app, trained):
    trained()
    assert alternatives(app("predict", sample="5")) == alternatives(app("predict", sample="5"))
    assert alternatives(app("predict", sample="5")) != alternatives(app("predict", sample="6"))


def test_test_pictures_can_be_put_away(app, trained):
    trained()
    page = app("predict", sample="5")
    button(page, "Put them away").click().run()
    assert "sample" not in page.query_params
    assert not page.get("plotly_chart")


def test_at_first_the_latest_run_of_each_model_answers(app, trained):
    trained("model1")
    latest, other = trained("model1"), trained("model2")
    assert app("predict").multiselect[0].value == [latest.id, other.id]


def test_the_choice_of_runs_is_in_the_address(app, trained):
    first, _ = trained("model1"), trained("model2")
    page = app("predict")
    page.multiselect[0].set_value([first.id]).run()
    assert page.query_params["run"] == first.id
    assert app("predict", run=first.id).multiselect[0].value == [first.id]


def test_a_run_in_the_address_that_does_not_exist_is_passed_over(app, trained):
    run = trained()
    assert app("predict", run="../../etc/passwd").multiselect[0].value == [run.id]


def test_a_model_trained_meanwhile_joins_in_unless_the_user_has_chosen(app, trained):
    first = trained("model1")
    page = app("predict")
    second = trained("model2")
    page.run()
    assert page.multiselect[0].value == [first.id, second.id]
    page.multiselect[0].set_value([second.id]).run()
    trained("model3")
    page.run()
    assert page.multiselect[0].value == [second.id]


def test_a_run_deleted_meanwhile_is_no_longer_chosen(app, trained, place):
    first, second = trained("model1"), trained("model2")
    page = app("predict", sample="1", run=[first.id, second.id])
    delete_run(place, first)
    page.run()
    assert not page.exception
    assert page.multiselect[0].value == [second.id]


def test_a_model_that_learned_from_drawings_is_not_trusted_with_photos(app, trained):
    trained("model1", source="drawn")
    page = app("predict")
    page.file_uploader[0].set_value([picture("mine.png", WARM)]).run()
    assert any("drawn pictures" in warning.value and "mean little" in warning.value for warning in page.warning)


def test_a_model_that_learned_from_photos_is_not_trusted_with_drawings(app, trained):
    trained("model1", source="photos")
    page = app("predict", sample="1")
    assert any("photos" in warning.value and "mean little" in warning.value for warning in page.warning)


def test_a_model_asked_about_its_own_kind_of_pictures_needs_no_warning(app, trained):
    trained("model1", source="drawn")
    assert not app("predict", sample="1").warning


def test_models_of_other_classes_answer_with_their_own_names(app, trained, place):
    trained("model1")
    birds = trained("model2")
    birds.files.add_to_config(data={"classes": ["owls", "wrens"]})
    page = app("predict")
    page.file_uploader[0].set_value([picture("x.png", COLD)]).run()
    assert [chart.proto.alt.split(": ")[1] for chart in page.get("plotly_chart")] == [
        "dogs, 90.0 % sure",
        "wrens, 90.0 % sure",
    ]


def test_a_model_that_can_not_be_loaded_gives_one_sentence_and_the_others_an_answer(app, trained, monkeypatch):
    from catdog import inference

    trained("model1")
    load = inference.load_predictor

    def load_some(run):
        if run.config.model == "model2":
            raise RunError("The model is damaged: train it again.")
        return load(run)

    trained("model2")
    monkeypatch.setattr(inference, "load_predictor", load_some)
    page = app("predict")
    page.file_uploader[0].set_value([picture("x.png", COLD)]).run()
    assert [error.value for error in page.error] == ["The model is damaged: train it again."]
    assert page.get("plotly_chart")[0].proto.alt.count("sure") == 1


def test_nobody_chosen_asks_for_a_choice(app, trained):
    trained()
    page = app("predict", sample="1")
    page.multiselect[0].set_value([]).run()
    assert "Choose at least one model" in text_of(page)


def picture(name: str, colour: tuple[int, int, int]) -> tuple[str, bytes, str]:
    """Return a noisy picture of one colour as an upload."""
    noise = np.random.default_rng(len(name)).normal(0, 20, (50, 70, 3))
    buffer = BytesIO()
    kind = "PNG" if name.endswith("png") else "JPEG"
    Image.fromarray(np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)).save(buffer, kind)
    return name, buffer.getvalue(), f"image/{kind.lower()}"
