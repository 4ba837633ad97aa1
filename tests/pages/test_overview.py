"""The Overview page and the sidebar that every page shares, driven through Streamlit's AppTest."""

import re
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from catdog.datasets import open_dataset
from catdog.models.differences import HEAD_START
from catdog.models.specs import MODELS
from catdog.runs import create_run, list_runs
from catdog.settings import PROJECT
from catdog.training import TrainConfig
from catdog.training.recipes import make_config, make_quick_config
from catdog.training.status import identify_process
from pages.components import state
from tests.pages.conftest import alternatives, button, coloured_folder, text_of

FETCH = "Fetch the photos (65 MB)"


def test_a_newcomer_sees_drawings_and_the_nine_lessons(app):
    page = app()
    images = alternatives(page)
    assert images.count("One of the cats") == images.count("One of the dogs") == 4
    assert "drawings, not photos" in text_of(page)
    assert "reference course 97% on photos" in text_of(page)
    assert HEAD_START not in hints_of(page)
    steps = [heading.value for heading in page.subheader]
    assert [step.split()[0] for step in steps] == list("123456789")
    assert text_of(page).count("Lesson: to do") == 9
    primary = [element.label for element in page.button if element.proto.type == "primary"]
    assert primary == ["Train model4"]
    assert steps_done(text_of(page)) == []
    button(page, "Train model2").click().run()
    assert page.title[0].value == "Train"
    assert page.query_params["models"] == "model2"


def test_the_sidebar_says_which_data_is_in_use(app):
    assert any("drawings, not photos" in caption.value for caption in app("models").sidebar.caption)


def test_a_finished_run_on_this_data_shows_both_scores(app, trained):
    trained("model2", source="photos", test=0.97)
    trained("model1", test=0.75)
    words = text_of(app())
    assert "Validation accuracy **79.0%**, reference course 64% on photos" in words
    assert words.count("79.0%") == 1
    assert "Test accuracy **75.0%** of model1, reference course" in words


def test_the_test_score_is_that_of_the_run_chosen_by_validation(app, trained):
    trained("model1", validation=0.81, test=0.70)
    trained("model1", validation=0.79, test=0.95)
    words = text_of(app())
    assert "Validation accuracy **81.0%**, best of 2 runs, reference course 64%" in words
    assert "Test accuracy **70.0%** of model1" in words
    assert "95.0%" not in words


def test_a_run_without_scores_shows_its_best_epoch_and_says_so(app, trained):
    trained("model1").files.evaluation.unlink()
    words = text_of(app())
    assert "Best epoch, while training: **80.0%**, reference course 64%" in words
    assert "Not scored yet, reference course" in words


def test_train_all_four_queues_the_four_models_on_the_data_in_use(app, place, monkeypatch):
    started = []
    monkeypatch.setattr("catdog.runs.executors.local.start", lambda settings, files: started.append(files.path.name))
    page = app()
    button(page, "Train all four").click().run()
    assert not list_runs(place)  # it asks first
    button(page, "Start 4 runs").click().run()
    runs = list_runs(place)
    assert [run.config.model for run in reversed(runs)] == ["model1", "model2", "model3", "model4"]
    assert {run.config.source for run in runs} == {"drawn"}
    assert started == [run.id for run in reversed(runs)]
    assert button(page, "Train all four").disabled
    assert text_of(page).count("Waiting its turn") == 4


def test_train_all_four_with_three_seeds_makes_one_sweep_in_which_each_model_soon_had_its_turn(app, place, monkeypatch):
    monkeypatch.setattr("catdog.runs.executors.local.start", lambda settings, files: None)
    page = app()
    open_dialog(page, seeds=3)
    button(page, "Start 12 runs").click().run()
    runs = list_runs(place)[::-1]
    assert [(run.config.seed, run.config.model) for run in runs] == [(s, m) for s in (1, 2, 3) for m in MODELS]
    assert {replace(run.config, seed=1) for run in runs} == {make_config(name, source="drawn") for name in MODELS}
    assert [run.name for run in runs][:2] == ["model1: seed 1", "model2: seed 1"]
    (title,) = {run.sweep for run in runs}
    assert title.startswith("All four, 3 seeds, ")


def test_the_time_that_all_four_take_goes_by_earlier_runs_and_the_seeds(app, place, trained):
    counts = {"training": {"cats": 12, "dogs": 12}, "validation": {"cats": 16, "dogs": 16}}
    for name in MODELS:
        if name in ("model1", "model4"):  # before the first and the last
            page = app()
            open_dialog(page, seeds=1)
            assert "going by earlier runs" not in text_of(page)
        run = trained(name)
        data = {**run.data, "counts": counts}
        run.files.add_to_config(data=data)
        status = {"seconds": 9.0, "started": 1.0, "finished": 10.0}
        run.files.write_status(replace(run.status, **status))
    page = app()
    once, thrice = (find_minutes(page, seeds) for seeds in (1, 3))
    assert thrice == pytest.approx(3 * once, abs=0.1)


def test_the_time_that_all_four_take_goes_by_the_very_same_images_as_on_the_train_page(app, place, trained):
    counts = {"training": {"cats": 12, "dogs": 12}, "validation": {"cats": 16, "dogs": 16}}
    fingerprint = open_dataset(place, "drawn").catalog.fingerprint
    for name in MODELS:
        for data, seconds in (({"fingerprint": fingerprint}, 9.0), ({"fingerprint": "0" * 16}, 900.0)):
            run = trained(name)
            run.files.add_to_config(data={**run.data, "counts": counts, **data})
            run.files.write_status(replace(run.status, seconds=seconds, started=1.0, finished=1.0 + seconds))
    assert find_minutes(app(), 1) == pytest.approx(4 * 9 * 20 / 3 / 60, abs=0.1)  # 20 epochs, each as long as one of 3


def test_the_next_step_is_model4_then_the_others_then_questions(app, trained):
    assert next_step(app()) == ("Train model4 first", "Train model4")
    trained("model4")
    page = app()
    assert next_step(page) == ("Train model1", "Train model1")
    page.button(key="go-next").click().run()
    assert page.title[0].value == "Train"
    for name in ("model1", "model2", "model3"):
        trained(name)
    page = app()
    for title, name in (("Which models memorize?", "Compare"), ("Which photos fool them?", "Evaluate")):
        assert next_step(page)[0] == title
        page.button(key="go-next").click().run()
        assert page.title[0].value == name
        page.switch_page("overview.py").run()
    assert next_step(page)[0] == "Do they know your pet?"


def test_a_models_curve_opens_that_models_run(app, trained):
    run = trained("model2")
    trained("model1")
    page = app()
    button(page, "See model2's curve").click().run()
    assert page.query_params["run"] == run.id


def test_the_data_are_looked_at_once_browse_was_open(app):
    page = app()
    assert steps_done(text_of(page)) == []
    page.switch_page("browse.py").run()
    page.switch_page("overview.py").run()
    assert steps_done(text_of(page)) == ["Looked at"]


def steps_done(words):
    """Return what has been done with the steps of the course."""
    return re.findall(r"\*\*(Looked at|Trained|Scored)\*\*", words)


def next_step(page):
    """Return the title of the next step, and the label of its button."""
    return page.header[0].value, page.button(key="go-next").label


def hints_of(page):
    """Return all the text behind a "?"."""
    return "\n".join(element.help for element in page.markdown if element.help)


def open_dialog(page, seeds):
    """Open the dialog that trains all four, and choose so many seeds in it."""
    button(page, "Train all four").click().run()
    page.segmented_control(key="seeds").set_value(seeds)
    button(page, "Train all four").click().run()


def find_minutes(page, seeds):
    """Return how many minutes the dialog says that training takes with so many seeds."""
    open_dialog(page, seeds)
    minutes, seconds = re.search(r"about (\d+) min (\d+) s", text_of(page)).groups()
    return int(minutes) + int(seconds) / 60


def test_a_running_model_shows_its_epoch_and_is_polled(app, place, polls):
    run = create_run(place, TrainConfig("model1", source="drawn", epochs=5))
    run.files.write_status(replace(run.status, state="running", epoch=3, epochs=5, **identify_process()))
    page = app()
    assert "Training now, epoch 3 of 5" in text_of(page)
    assert button(page, "Watch model1 learn")
    assert 2 in polls


def test_a_failed_run_says_why(app, place):
    run = create_run(place, TrainConfig("model4", source="drawn"))
    run.files.write_status(replace(run.status, state="failed", error="The weights can't be had."))
    words = text_of(app())
    assert "**Failed**" in words
    assert "The weights can't be had." in words


def test_a_failed_download_is_one_sentence_and_keeps_the_button(app):
    page = app()
    button(page, FETCH).click().run()
    wait_for_the_download(page)
    assert any("there is no such file" in error.value for error in page.error)
    assert [element.label for element in page.button].count(FETCH) == 2
    assert "drawings, not photos" in text_of(page)


def test_once_the_photos_are_fetched_the_app_shows_them(app, monkeypatch, photos_zip):
    monkeypatch.setenv("CATDOG_PHOTOS_URL", photos_zip.as_uri())
    page = app()
    button(page, FETCH).click().run()
    wait_for_the_download(page)
    assert page.selectbox(key="data").value == "photos"
    assert "3,000 photos of cats and dogs" in text_of(page)
    assert HEAD_START in hints_of(page)
    assert "drawings" not in text_of(page)
    assert FETCH not in [element.label for element in page.button]


def test_a_reload_finds_the_download_again(app, monkeypatch):
    monkeypatch.setattr("pages.components.sidebar.fetch_photos", stuck_download)
    button(app(), FETCH).click().run()
    again = app()
    assert FETCH not in [element.label for element in again.button]
    assert any("Downloading the photos" in bar.proto.text for bar in again.get("progress"))


@pytest.mark.parametrize("data", ["photos", "/etc", ""])
def test_an_address_can_not_open_data_that_is_not_offered(app, data):
    page = app(data=data)
    assert page.selectbox(key="data").value == "drawn"
    assert not page.error


def test_a_folder_that_can_not_be_used_says_why_and_leaves_the_choice(app, monkeypatch, tmp_path):
    folder = coloured_folder(tmp_path / "one", cats=20)
    monkeypatch.setenv("CATDOG_FOLDERS", str(folder))
    page = app(data=str(folder))
    assert any("only the class folder cats" in error.value for error in page.error)
    page.selectbox(key="data").set_value("drawn").run()
    assert not page.error
    assert len(alternatives(page)) == 8


def test_a_listed_folder_can_be_opened_and_its_changes_are_noticed(app, monkeypatch, tmp_path):
    folder = coloured_folder(tmp_path / "[pets](x) *2*", parrots=20, rabbits=20)
    monkeypatch.setenv("CATDOG_FOLDERS", str(folder))
    page = app(data=str(folder))
    assert page.selectbox(key="data").options == ["drawn", str(folder)]
    assert "One of the parrots" in alternatives(page)
    assert r"\[pets\](x) \*2\*" in text_of(page)  # a name is no Markdown
    assert "40 images" in text_of(page)
    for number in range(5):
        (folder / "parrots" / f"new-{number}.jpg").write_bytes((folder / "parrots" / "0.jpg").read_bytes())
    page.run()
    assert "45 images" in text_of(page)


def test_settings_that_can_not_be_used_give_one_sentence(app, monkeypatch):
    monkeypatch.setenv("CATDOG_SLOTS", "many")
    assert any("CATDOG_SLOTS" in error.value for error in app().error)


def test_no_page_imports_tensorflow(place):
    program = (
        "import sys; from streamlit.testing.v1 import AppTest\n"
        "from streamlit.components.v2 import manifest_scanner as scanner\n"
        "scanner.scan_component_manifests = list\n"  # as conftest.py does
        "from pages.components.serving import check_serving; check_serving()\n"
        f"test = AppTest.from_file({str(PROJECT / 'pages' / 'app.py')!r}, default_timeout=60).run()\n"
        "for name in ('lesson', 'browse', 'augment', 'models', 'train', 'compare', 'evaluate', 'explore', 'predict'):\n"
        "    test.switch_page(f'{name}.py').run()\n"
        "    assert test.title and not test.exception, name\n"
        "print([name for name in ('tensorflow', 'keras') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=PROJECT, timeout=120)
    assert ran.stdout.strip() == "[]", ran.stderr[-2000:]


def wait_for_the_download(page) -> None:
    """Wait until the download has ended, and run the page again as its fragment would."""
    assert state.jobs().find(("fetch", state.settings())).wait(30)
    page.run()
    assert not page.get("progress")
    page.run()


def stuck_download(settings, progress) -> None:
    """Act as a download that is at a third and takes its time."""
    progress(20, 60, "downloading the photos")
    time.sleep(5)


def test_a_quick_model4_is_named_but_is_no_step_of_the_course(app, place, trained):
    run = trained("model4", validation=0.974)
    run.files.add_to_config(config=make_quick_config("drawn").to_dict())
    words = text_of(app())
    assert "Quick, without epochs: 97.4% on validation." in words
    assert "Train model4 first" in words
    assert steps_done(words) == []
    trained("model4", validation=0.96)
    words = text_of(app())
    assert "Quick, without epochs" not in words
    assert "Validation accuracy **96.0%**, reference course 97%" in words


def test_the_reference_course_can_be_downloaded_as_a_notebook(app):
    labels = [element.label for element in app("overview").get("download_button")]
    assert "Download the reference course as a notebook" in labels
