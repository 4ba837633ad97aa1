"""The Lesson page, its strip on the other pages, and the progress that both keep, through Streamlit's AppTest."""

import json
from dataclasses import replace

import pytest

from catdog.datasets import TEST, open_dataset
from catdog.errors import DataError
from catdog.lessons.progress import read_progress, to_json
from catdog.runs import create_run
from catdog.training import TrainConfig
from catdog.training.status import identify_process
from pages.components import person
from pages.components.image_dialog import LAST_OPENED
from pages.components.overview import progress_file
from pages.components.overview.progress_file import FIELD, FOLDED
from tests.pages.conftest import button, text_of
from tests.pages.lessons import NAME, fill_run, write_lesson

TOKEN, OTHER = "0" * 32, "1" * 32
TITLES = ["Train model1", "Compare two models", "Count the test images", "What does it mean?"]


@pytest.fixture(autouse=True)
def browser(place, monkeypatch, tmp_path):
    """The teacher's folder has a lesson with every kind of check; browser(token) is another browser."""
    monkeypatch.setenv("CATDOG_LESSONS", str(write_lesson(tmp_path / "lessons")))

    def be(token):
        monkeypatch.setattr(person, "_read_token", lambda: token)

    be(TOKEN)
    return be


@pytest.fixture
def lesson(app):
    """Open the lesson; lesson("low") predicts that."""

    def open_lesson(prediction=None):
        page = app("lesson", lesson=NAME)
        if prediction:
            page.radio(key=f"prediction-{NAME}").set_value(prediction)
            button(page, "Keep my prediction").click().run()
        assert not page.exception
        return page

    return open_lesson


@pytest.fixture
def catalog(place):
    return open_dataset(place, "drawn").catalog


def progress_of(place, token=TOKEN):
    return read_progress(place.progress, f"browser:{token}").of(NAME)


def task(page):
    """Return the title of the step that is open."""
    return page.header[0].value


def test_the_prediction_comes_before_the_tasks(lesson, place):
    page = lesson()
    assert task(page) == "First, your prediction"
    assert not [element for element in page.button if element.label == "Go to Train"]
    assert all(title in text_of(page) for title in TITLES)
    button(page, "Keep my prediction").click().run()
    assert "Answer first" in page.warning[0].value
    assert progress_of(place).prediction is None
    page = lesson("high")
    assert progress_of(place).prediction == "high"
    assert task(page) == "Task 1 of 5: Train model1"
    assert "You predicted: high" in text_of(page)


def test_who_does_not_know_may_say_so_and_go_on(lesson, place, catalog, trained):
    page = lesson()
    button(page, "I don't know").click().run()
    assert task(page) == "Task 1 of 5: Train model1"
    assert "You predicted: I don't know" in text_of(page)
    finish(page, place, catalog, trained)
    assert "You made no prediction." in text_of(page)


def test_a_task_leads_into_the_real_page_with_everything_set(lesson):
    page = lesson("high")
    button(page, "Go to Train").click().run()
    assert page.title[0].value == "Train"
    assert page.query_params["models"] == "model1"


def test_a_run_is_checked_without_a_click_and_the_reason_says_what_is_missing(lesson, place, catalog, trained):
    page = lesson("high")
    assert not page.warning
    button(page, "Check").click().run()
    assert "model1" in page.warning[0].value
    fill_run(place, trained("model1"), catalog, accuracy=0.75)
    page = lesson()
    button(page, "Check").click().run()
    assert "5.0 points" in page.warning[0].value
    assert "rain it longer" in page.warning[0].value
    fill_run(place, trained("model1"), catalog)
    page = lesson()
    assert task(page) == "Task 2 of 5: Compare two models"
    assert "25.0 points" in text_of(page)
    assert progress_of(place).passed["one_run"]["gap"] == 25.0


def test_a_training_is_waited_for_and_shown(lesson, place, polls):
    lesson("high")
    run = create_run(place, TrainConfig("model1", source="drawn", epochs=5))
    run.files.write_status(replace(run.status, state="running", epoch=3, epochs=5, **identify_process()))
    page = lesson()
    assert "model1 is training, epoch 3 of 5" in text_of(page)
    assert 2 in polls


def test_each_kind_of_check_has_a_wrong_answer_with_a_reason_and_a_right_one(lesson, place, catalog, trained):
    photo, other = (catalog.paths[row] for row in catalog.indices(TEST)[:2])
    fill_run(place, trained("model1"), catalog, wrong=(photo,))
    page = lesson("high")
    button(page, "Check").click().run()
    assert "model2" in page.warning[0].value  # two runs are needed
    fill_run(place, trained("model2"), catalog, val_accuracy=0.8)
    page = lesson()
    assert task(page) == "Task 3 of 5: Count the test images"
    count = len(catalog.indices(TEST))
    number = page.number_input(key=f"answer-{NAME}-count")
    number.set_value(float(len(catalog)))
    button(page, "Check my answer").click().run()
    assert "number of images" in page.warning[0].value  # what it is instead
    page.number_input(key=f"answer-{NAME}-count").set_value(float(count))
    button(page, "Check my answer").click().run()
    assert task(page) == "Task 4 of 5: What does it mean?"
    page.radio(key=f"answer-{NAME}-meaning").set_value("It is bad luck")
    button(page, "Check my answer").click().run()
    assert page.warning[0].value == "Luck does not last for 20 epochs."
    page.radio(key=f"answer-{NAME}-meaning").set_value("It memorized")
    button(page, "Check my answer").click().run()
    assert task(page) == "Task 5 of 5: Find a photo that fools model1"
    assert "That is overfitting." in text_of(page)
    page.session_state[LAST_OPENED] = other  # as where it was opened on Evaluate
    page.run()
    assert page.selectbox(key=f"answer-{NAME}-fooled").value == other
    button(page, "Check my answer").click().run()
    assert "right" in page.warning[0].value
    page.selectbox(key=f"answer-{NAME}-fooled").set_value(photo)
    button(page, "Check my answer").click().run()
    assert "Your model1 has a gap of 25.0 points." in text_of(page)
    assert "Your prediction was not right." in text_of(page)
    assert progress_of(place).finished


def finish(page, place, catalog, trained):
    """Do all tasks of the lesson on a page that shows the first of them."""
    photo = catalog.paths[int(catalog.indices(TEST)[0])]
    fill_run(place, trained("model1"), catalog, wrong=(photo,))
    fill_run(place, trained("model2"), catalog)
    page.run()
    page.number_input(key=f"answer-{NAME}-count").set_value(float(len(catalog.indices(TEST))))
    button(page, "Check my answer").click().run()
    page.radio(key=f"answer-{NAME}-meaning").set_value("It memorized")
    button(page, "Check my answer").click().run()
    page.selectbox(key=f"answer-{NAME}-fooled").set_value(photo)
    button(page, "Check my answer").click().run()


def test_a_right_prediction_is_said_in_words_and_a_restart_keeps_all(lesson, app, browser, place, catalog, trained):
    page = lesson("low")
    finish(page, place, catalog, trained)
    assert "Your prediction was right." in text_of(page)
    page = lesson()  # another tab, or another day
    assert "Your prediction was right." in text_of(page)
    assert "This was the last lesson" in page.success[0].value
    browser(OTHER)
    assert task(lesson()) == "First, your prediction"


def test_hints_come_in_two_steps(lesson, place):
    page = lesson("high")
    assert not page.info
    button(page, "Show a hint").click().run()
    assert [info.value for info in page.info] == ["The first hint"]
    button(page, "Show a plainer hint").click().run()
    assert [info.value for info in page.info] == ["The first hint", "The plainer hint"]
    assert not [element for element in page.button if "hint" in element.label]
    assert progress_of(place).hints == {"one_run": 2}


def test_a_number_that_is_predicted_has_its_unit(app, place):
    page = app("lesson", lesson="look-at-the-data")
    field = page.number_input(key="prediction-look-at-the-data")
    assert field.label == "Your prediction (%)"
    field.set_value(80.0)
    button(page, "Keep my prediction").click().run()
    assert "You predicted: 80%" in text_of(page)


def test_a_curve_is_drawn_with_sliders_and_those_not_moved_follow(app, place):
    page = app("lesson", lesson="first-cnn")
    button(page, "Keep my prediction").click().run()
    assert "Answer first" in page.warning[0].value
    page.slider(key="curve-epoch-20").set_value(90).run()
    assert page.slider(key="curve-epoch-10").value == 69
    button(page, "Keep my prediction").click().run()
    assert "You predicted: a curve from 50% to 90%" in text_of(page)
    kept = read_progress(place.progress, f"browser:{TOKEN}").of("first-cnn").prediction
    assert len(kept) == 20
    assert (kept[0], kept[-1]) == ([1, 0.5], [20, 0.9])


def test_an_address_that_names_no_lesson_says_so(app):
    page = app("lesson", lesson="../<script>")
    assert "must be one of" in page.warning[0].value
    assert "Lesson 1" in page.title[0].value


def test_the_strip_shows_the_present_task_and_can_be_put_away(app, lesson, place):
    assert strip(app("train")) == strip(app("overview")) == "**Start the course** · Look at the data"
    lesson("high")
    assert strip(app("overview")) is None  # the next step says the same there
    assert strip(app("browse")).endswith(" · Train model1")
    page = app("predict")
    assert strip(page).endswith(" · Train model1")
    page.button(key="put-away").click().run()
    assert strip(page) is strip(app("browse")) is None
    page = app("overview")
    button(page, "Show the lesson strip").click().run()
    assert strip(app("predict")).endswith(" · Train model1")


def test_the_strip_says_when_a_run_has_done_the_task(app, lesson, place, catalog, trained):
    lesson("high")
    fill_run(place, trained("model1"), catalog)
    page = app("train")
    assert "Done, go on" in strip(page.run())  # a page has listed the runs


def strip(page):
    """Return what the strip says, or None where there is none."""
    links = [link.proto.label for link in page.get("page_link") if link.proto.page == "lesson"]
    return links[0] if links else None


def test_a_faulty_lesson_file_is_told_on_the_overview_and_breaks_nothing(app, tmp_path, monkeypatch):
    write_lesson(tmp_path / "lessons", "---\ntitle: [\n---\n", "03-broken.md")
    page = app()
    assert any("03-broken.md, line" in warning.value for warning in page.warning)
    assert "Every kind of check" in text_of(page)
    monkeypatch.setattr("pages.components.access.is_teacher", lambda: False)
    assert not app().warning


def test_a_damaged_progress_file_is_told_and_kept(app, lesson, place):
    lesson("high")
    [file] = place.progress.glob("*.json")
    file.write_text('{"lessons": 3}')
    page = app()
    assert "Your progress was damaged" in page.warning[0].value
    assert "Lesson: to do" in text_of(page)
    assert len(list(place.progress.glob("*damaged*"))) == 1


def test_progress_is_taken_along_to_another_browser(app, lesson, browser, place):
    lesson("high")
    mine = json.dumps(to_json(read_progress(place.progress, f"browser:{TOKEN}"))).encode()
    browser(OTHER)
    page = open_along(app)
    assert button(page, "Use this progress").disabled
    page.file_uploader(key=FIELD).set_value(("mine.json", mine, "application/json")).run()
    button(page, "Use this progress").click().run()
    assert not page.error
    assert progress_of(place, OTHER) == progress_of(place, TOKEN)
    assert "Lesson: prediction made, you are here" in text_of(page)


@pytest.mark.parametrize("content", [b"", b"[]", b"no json", b"\xff", b"[" * 100_000, b'{"lessons": NaN}'])
def test_a_file_that_is_no_progress_is_refused(content):
    with pytest.raises(DataError, match=r"use a file that this dashboard has made|damaged"):
        progress_file._parse(content)


@pytest.mark.parametrize("content", [b"no json", b'{"lessons": {"x": {"passed": 1}}}'])
def test_a_file_that_is_no_progress_is_one_sentence(app, place, content):
    page = open_along(app)
    page.file_uploader(key=FIELD).set_value(("mine.json", content, "application/json")).run()
    button(page, "Use this progress").click().run()
    assert len(page.error) == 1
    assert "use a file that this dashboard has made" in page.error[0].value or "damaged" in page.error[0].value
    assert not list(place.home.glob("progress/*.json"))


def open_along(app):
    """Open the Overview with the part that takes a progress file."""
    page = app()
    page.session_state[FOLDED] = True
    return page.run()


def test_a_lesson_that_was_begun_becomes_the_present_one_again(app, lesson):
    lesson("high")
    button(app("lesson", lesson="look-at-the-data"), "I don't know").click().run()
    assert strip(app("browse")).endswith("Count the training images")
    lesson()
    assert strip(app("browse")).endswith("Train model1")
