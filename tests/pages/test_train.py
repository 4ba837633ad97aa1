"""The Train page, driven through Streamlit's AppTest; no test here trains anything."""

import re
import time
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

from catdog.comparison import diagnose_run
from catdog.datasets import open_catalog
from catdog.errors import RunError
from catdog.models.fine_tuning import count_trained_weights
from catdog.models.specs import MODELS
from catdog.runs import create_run, list_runs, open_run
from catdog.settings import Settings
from catdog.training import TrainConfig
from catdog.training.ablation import list_ablations
from catdog.training.history import Epoch, write_history
from catdog.training.recipes import RECIPES, describe_config, make_config, make_quick_config, recipe_of
from catdog.training.sample import Sample, choose_sample, write_sample
from catdog.training.status import identify_process
from catdog.utils.files import write_json
from catdog.utils.text import format_percent
from pages.components import state
from tests.pages.conftest import button, coloured_folder, text_of

pytestmark = pytest.mark.usefixtures("started")

USUAL = {"epochs": 20, "batch_size": 32, "learning_rate": None, "seed": 1, "share": 100, "patience": 0}
USUAL |= dict.fromkeys(("label_smoothing", "weight_decay", "clip_norm"))
FINE_TUNING = {"fine_tune_layers": 0, "fine_tune_epochs": 6, "fine_tune_rate": 0.0001}


@pytest.fixture
def make(place):
    """Make a run in any state: make("running", epoch=2, config={"epochs": 5}, log="...")."""

    def make(state="done", model="model1", name="", config=None, log="", epochs=0, **status):
        run = create_run(place, TrainConfig(model, **({"source": "drawn"} | (config or {}))), name)
        if state in ("queued", "running"):
            status |= identify_process()
        run.files.write_status(replace(run.status, state=state, **status))
        if log:
            run.files.log.write_text(log)
        if epochs:
            write_history(run.files.history, [Epoch(n, 1.0, 0.6, 0.6, 0.55, 0.7) for n in range(1, epochs + 1)])
        return open_run(place, run.id)

    return make


def opened(page, run):
    """Open the details of a run in the list."""
    page.session_state[f"run-{run.id}"] = True
    return page.run()


def lines(page):
    """The lines of the list of earlier runs."""
    parts = ("Advanced", "Start another training")
    return [line.label for line in page.expander if line.label not in parts]


def keyed(page, key):
    """The button with this key."""
    return next(element for element in page.button if element.key == key)


def test_the_page_begins_with_the_steady_recipe(app, polls):
    page = app("train")
    words = text_of(page)
    for spec in MODELS.values():
        assert spec.idea in words
        assert describe_config(make_config(spec.name)) in words
    assert ticked(page) == ["model1"]
    assert page.segmented_control(key="recipe").value == "steady"
    assert numbers(page) == USUAL
    assert not is_advanced_open(page)
    assert any("will be listed here" in info.value for info in page.info)
    assert "on this machine" not in words
    assert not lines(page)
    assert 1.0 not in polls


def test_a_deep_link_has_the_sidebar_and_the_other_pages(app):
    page = app("train", epochs="3")
    assert page.sidebar.selectbox(key="data").label == "Data"
    assert page.sidebar.caption
    page.switch_page("models.py").run()
    assert page.title[0].value == "Meet the models"
    assert page.sidebar.selectbox(key="data").label == "Data"


def test_start_makes_one_run_for_each_model_on_the_data_in_use(app, place, started):
    page = app("train", models=["model3", "model1"], epochs="3", share="50", batch_size="8")
    assert is_advanced_open(page)
    assert "**12 of 24 training images**" in text_of(page)
    assert "3 epochs · learning rate 0.0003" in text_of(page)
    button(page, "Start training 2 models").click().run()
    assert not page.exception
    runs = list_runs(place)
    entered = {"source": "drawn", "epochs": 3, "batch_size": 8, "fraction": 0.5}
    expected = [make_config(model, **entered) for model in ("model1", "model3")]
    assert sorted((run.config for run in runs), key=lambda config: config.model) == expected
    assert sorted(started) == sorted(run.id for run in runs)
    assert "Training now" in text_of(page)


def test_more_settings_reach_the_run(app, place):
    chosen = {"augmentation": "chosen here", "flips": "up-down", "turns": "36", "zooms": "20", "shifts": "30"}
    chosen |= {"contrasts": "40", "lights": "50", "fills": "nearest"}
    page = app("train", patience="3", schedule="cosine", restore_best="false", exact="true", **chosen)
    assert not page.warning
    assert is_advanced_open(page)
    button(page, "Start training").click().run()
    assert not page.exception
    expected = {"patience": 3, "schedule": "cosine", "restore_best": False, "flip": "vertical", "rotation": 0.1}
    expected |= {"zoom": 0.2, "translation": 0.3, "contrast": 0.4, "brightness": 0.5, "fill": "nearest"}
    assert list_runs(place)[0].config == make_config("model1", source="drawn", exact=True, **expected)


def test_augmentation_is_the_recipes_own_unless_it_is_switched_off(app, place):
    page = app("train", models="model3", augmentation="none")
    assert is_advanced_open(page)
    button(page, "Start training").click().run()
    assert list_runs(place)[0].config == make_config("model3", source="drawn", flip="none", rotation=0.0)
    page.segmented_control(key="augmentation").set_value("the recipe's own").run()
    button(page, "Start training").click().run()
    assert list_runs(place)[0].config == make_config("model3", source="drawn")


def test_the_expected_time_goes_by_earlier_runs(app, make):
    run = make("done", config={"epochs": 20}, seconds=600.0, started=1.0, finished=601.0)
    run.files.add_to_config(
        data={"counts": {"training": {"cats": 12, "dogs": 12}, "validation": {"cats": 16, "dogs": 16}}}
    )
    page = app("train")
    assert "Takes **about 10 min" in text_of(page)
    page.number_input(key="patience").set_value(3).run()
    assert "Takes **at most about 10 min" in text_of(page)


def test_without_a_model_nothing_can_be_started(app):
    page = app("train", models="")
    assert button(page, "Start training").disabled


@pytest.mark.parametrize(
    "faults",
    [
        {
            ("flips", "sideways"): "The flip is 'sideways', but must be one of none, left-right, up-down, both.",
            ("fills", "mirror"): "The fill is 'mirror', but must be one of reflect, constant, wrap, nearest.",
            ("turns", "270"): "The rotation is 270, but must be a number of degrees from 0 to 180.",
            ("zooms", "95"): "The zoom is 95, but must be a whole percentage from 0 to 90.",
            ("shifts", "0.5"): "The shift is '0.5', but must be a whole percentage from 0 to 100.",
            ("models", "model9"): "There is no model called 'model9'",
            ("recipe", "best"): "There is no recipe called 'best': choose one of steady, published, tuned.",
            ("epochs", "-5"): "The number of epochs is -5, but must be a whole number from 1 to 1,000.",
            ("batch_size", "1e9"): "The batch size is '1e9', but must be",
            ("learning_rate", "nan"): "The learning rate is nan, but must be over 0",
            ("seed", "-1"): "The seed is -1, but must be",
            ("patience", "-1"): "The patience is -1, but must be a whole number from 0 to 1,000.",
            ("label_smoothing", "1"): "The label smoothing is 1.0, but must be a number from 0 to 0.99.",
            ("weight_decay", "-1"): "The weight decay is -1.0, but must be a number from 0 to 1.",
            ("clip_norm", "much"): "The gradient clipping is 'much', but must be a number from 0 to",
            ("share", "0"): "The training data used is 0, but must be a whole percentage from 1 to 100.",
            (
                "schedule",
                "linear",
            ): "The choice of schedule is 'linear', but must be one of the recipe's own, constant, cosine",
            (
                "augmentation",
                "much",
            ): "The choice of augmentation is 'much', but must be one of the recipe's own, none, chosen",
            ("pixels", "small"): "The choice of pixels is 'small', but must be one of the recipe's own, scaled, raw.",
        },
        {
            ("turns", "x"): "The rotation is 'x', but must be",
            ("epochs", "many"): "The number of epochs is 'many', but must be",
        },
    ],
)
def test_a_bad_address_gets_a_sentence_each_and_the_usual_settings(app, faults):
    page = app("train", **dict(faults.keys()))
    (warning,) = page.warning
    *sentences, last = warning.value.replace("\\", "").splitlines()
    assert last == "The page shows its own values instead."
    for expected, sentence in zip(faults.values(), sentences, strict=True):
        assert sentence.startswith(expected)
    assert numbers(page) == USUAL
    assert ticked(page) == ["model1"]
    assert page.segmented_control(key="recipe").value == "steady"


def test_data_that_can_not_be_used_hides_no_earlier_runs(app, make, monkeypatch, tmp_path):
    make(name="old one")
    folder = coloured_folder(tmp_path / "one", cats=20)
    monkeypatch.setenv("CATDOG_FOLDERS", str(folder))
    page = app("train", data=str(folder))
    assert any("only the class folder cats" in error.value for error in page.error)
    assert not [element for element in page.button if element.key == "start"]
    assert any("old one" in line for line in lines(page))


def test_a_running_run_shows_how_far_it_is_and_is_polled(app, make, polls):
    make(
        "running",
        config={"epochs": 5},
        message="training",
        epochs=2,
        epoch=3,
        batch=1,
        batches=4,
        seconds=20.0,
        started=0.0,
        training_started=1.0,
        best_val_accuracy=0.55,
        best_epoch=1,
    )
    page = app("train")
    words = text_of(page)
    assert "Epoch 3 of 5 · batch 1 of 4 · about 28 s left" in words
    assert f"best validation accuracy {format_percent(0.55)} in epoch 1" in words
    (bar,) = bars(page)
    assert 'role="progressbar"' in bar
    assert '<span class="now">Train</span>' in bar
    assert len(page.get("plotly_chart")) == 1
    assert not page.session_state["new-runs"]  # the form is folded
    assert not [element for element in page.button if element.label == "Delete for good"]
    assert 1.0 in polls


def test_a_run_that_gets_ready_says_what_it_does(app, make):
    make("running", message="reading the photos (12%)")
    page = app("train")
    assert '<span class="now">Prepare</span>' in bars(page)[0]
    assert "Reading the photos (12%)" in text_of(page)


def test_the_bar_and_the_time_left_go_by_earlier_runs(app, make):
    counts = {"training": {"cats": 12, "dogs": 12}, "validation": {"cats": 16, "dogs": 16}}
    done = make("done", seconds=60.0, started=1000.0, training_started=1020.0, finished=1100.0)
    now = time.time()
    for run in (done, make("running", message="reading", epochs=20, started=now)):
        run.files.add_to_config(data={"counts": counts})
    page = app("train")
    assert re.search(r"about 1 min (3\d|40) s left", text_of(page))
    assert [int(width) for width in re.findall(r"flex: (\d+)", bars(page)[0])] == [20, 60, 20]


@pytest.mark.parametrize("content", [None, "path,label,1\n../../etc/passwd,0,0.9\n"])
def test_a_missing_or_damaged_sample_harms_nothing(app, make, content):
    run = make("running", message="training", epochs=2, epoch=1, batch=1, batches=4, training_started=1.0)
    if content is not None:
        run.files.sample.write_text(content)
    run.files.batches.write_bytes(b"\xff")
    page = app("train")
    assert not page.exception
    assert len(page.get("plotly_chart")) == 1


def test_six_photos_show_how_the_answers_change(app, make, place):
    run = make("running", message="training", epochs=3, epoch=2, batch=1, batches=4, training_started=1.0)
    catalog = open_catalog(place, "drawn")
    rows = choose_sample(catalog)
    labels = tuple(int(label) for label in catalog.labels[rows])
    assert labels == (0, 1, 0, 1, 0, 1)
    answers = {0: (0.5,) * 6, 1: (0.25, 0.25, 0.75, 0.75, 0.5, 0.999999)}
    write_sample(run.files.sample, Sample(tuple(catalog.paths[row] for row in rows), labels, answers))
    page = app("train")
    shown = [text.value for text in page.markdown if text.value.startswith(("**✓", "**✗"))]
    expected = [(True, "cats", 0.75), (False, "cats", 0.75), (False, "dogs", 0.75), (True, "dogs", 0.75)]
    expected += [(True, "cats", 0.5)]
    signs = {True: "✓", False: "✗"}
    assert shown[:5] == [f"**{signs[right]} {word} {format_percent(share, 0)}**" for right, word, share in expected]
    assert shown[5] == f"**✓ dogs \\> {format_percent(0.99, 0)}**"
    assert text_of(page).count(f"was cats {format_percent(0.5, 0)}") == 6
    assert "Its answers after epoch 1" in text_of(page)


def test_the_result_takes_the_panels_place_until_it_is_closed(app, make, monkeypatch):
    run = make("running", name="mine", config={"epochs": 6}, epochs=6, message="training", training_started=1.0)
    page = app("train")
    assert "Training now" in text_of(page)
    scores = {"validation": {"accuracy": 0.79}, "test": {"accuracy": 0.75}}
    write_json(run.files.evaluation, scores)
    run.files.write_status(replace(run.status, state="done", best_val_accuracy=0.8, best_epoch=2, finished=9.0))
    page.run()
    words = text_of(page)
    assert "Training now" not in words
    assert f"Validation accuracy **{format_percent(0.79)}** · Test accuracy **{format_percent(0.75)}**" in words
    assert diagnose_run(run, run.history()).seen in words.replace("\\", "")
    assert page.query_params["result"] == run.id
    assert button(page, "Compare")
    assert len(page.get("plotly_chart")) == 1
    page.run()
    assert "Validation accuracy **" in text_of(page)
    button(page, "Close").click().run()
    assert "Validation accuracy **" not in text_of(page)
    assert "result" not in page.query_params


def test_a_run_that_fails_is_resumed_from_its_result(app, make, place, started):
    run = make("running")
    page = app("train")
    run.files.write_status(replace(run.status, state="failed", error="The memory did not suffice."))
    page.run()
    assert [error.value for error in page.error] == ["The memory did not suffice."]
    keyed(page, "resume-result").click().run()
    assert not page.exception
    assert started == [run.id]
    assert open_run(place, run.id).state == "queued"
    assert "Training now" in text_of(page)


@pytest.mark.parametrize("address", ["gone", "../\x00"])
def test_an_address_with_no_run_of_that_name_shows_no_result(app, make, address):
    make("done")
    page = app("train", result=address)
    assert "Close" not in [element.label for element in page.button]
    assert "result" not in page.query_params


def test_cards_follow_the_address_and_the_address_the_cards(app):
    page = app("train", models=["model2", "model4"])
    assert ticked(page) == ["model2", "model4"]
    page.checkbox(key="tick-model4").uncheck().run()
    assert page.query_params["models"] == "model2"
    page.query_params["models"] = "model3"  # as Back does
    page.run()
    assert ticked(page) == ["model3"]
    page.checkbox(key="tick-model3").uncheck().run()
    assert ticked(page) == []
    assert page.query_params["models"] == ""
    page.checkbox(key="tick-model1").check().run()
    assert "models" not in page.query_params
    assert ticked(page) == ["model1"]


def test_stop_lets_the_run_stop(app, make, place):
    run = make("running", message="training", epoch=1, batches=4)
    page = app("train")
    keyed(page, f"stop-{run.id}").click().run()
    assert not page.exception
    assert open_run(place, run.id).state == "stopping"
    assert keyed(page, f"stop-{run.id}").disabled
    assert "Stopping after this step" in text_of(page)


def test_stopping_a_run_that_has_just_ended_is_no_error(app, make, monkeypatch):
    run = make("running")
    page = app("train")

    def too_late(settings, run, by=""):
        raise RunError("It is not training.")

    monkeypatch.setattr("pages.components.train.live_panel.stop_run", too_late)
    keyed(page, f"stop-{run.id}").click().run()
    assert not page.exception
    assert any("not training" in toast.value for toast in page.toast)


def test_a_run_that_ends_is_shown_among_the_earlier_ones(app, make, monkeypatch):
    make("running", name="nearly there")

    def ends_now(settings, run_id):
        run = open_run(settings, run_id)
        run.files.write_status(replace(run.status, state="done"))
        return open_run(settings, run_id)

    monkeypatch.setattr("pages.components.train.live_panel.open_run", ends_now)
    page = app("train")
    assert "Training now" not in text_of(page)
    assert any("nearly there" in line for line in lines(page))
    assert any("nearly there: done" in toast.value for toast in page.toast)


def test_a_killed_worker_is_interrupted_and_can_be_resumed(app, make, place, started):
    run = make("done", name="killed")
    gone = {"pid": 2**22 + 1, "pid_started": 1.0, "host": identify_process()["host"]}
    run.files.write_status(replace(run.status, state="running", **gone))
    page = app("train", {f"run-{run.id}": True})
    assert "**interrupted**" in lines(page)[0]
    assert any("Its process ended before the training did" in warning.value for warning in page.warning)
    button(page, "Resume").click().run()
    assert started == [run.id]
    assert open_run(place, run.id).state == "queued"


def test_ended_runs_say_how_and_are_not_polled(app, place, make, trained, polls):
    trained("model4", test=0.75, weights={"source": "a file of mine"}, versions={"keras": "3.12"})
    make("done", config={"patience": 2, "epochs": 9}, epochs=3)
    make("failed", error="The memory did not suffice.", log="first\n" * 50 + "the last line\n")
    make("stopped")
    page = app("train", {f"run-{run.id}": True for run in list_runs(place)})
    words = text_of(page)
    assert any("validation accuracy 79.0% · test accuracy 75.0% · 0 s · drawn images" in line for line in lines(page))
    assert "a file of mine" in words
    assert "keras 3.12" in words
    assert "75.0% of 8 images" in words
    assert "79.0% (the kept model, scored once)" in words
    assert "80.0% in epoch 2, while training" in words
    assert "of disk space is free" in words
    assert words.count(":gray[Disk space]") == 4
    assert "after epoch 3: no better validation accuracy for 2 epochs" in words
    assert "that of the best epoch" in words
    assert [error.value for error in page.error] == ["The memory did not suffice."]
    assert [code.value.endswith("the last line") for code in page.code] == [True]
    resumable = {element.key for element in page.button if element.label == "Resume"}
    assert resumable == {f"resume-{run.id}" for run in state.runs() if run.state in ("failed", "stopped")}
    assert 1.0 not in polls


def test_a_run_is_renamed_noted_and_deleted(app, make, place):
    run = make(name="old")
    page = app("train", {f"run-{run.id}": True})
    page.text_input(key=f"name-{run.id}").set_value("  ").run()
    keyed(page, f"save-{run.id}").click().run()
    assert any("needs 1 to 80 visible characters" in error.value for error in page.error)
    assert open_run(place, run.id).name == "old"
    page.text_input(key=f"name-{run.id}").set_value("new *name*").run()
    keyed(page, f"save-{run.id}").click().run()
    assert open_run(place, run.id).name == "new *name*"
    assert r"new \*name\*" in lines(page)[0]
    page = opened(page, run)
    page.text_area(key=f"text-{run.id}").set_value("with *more* light")
    keyed(page, f"keep-{run.id}").click().run()
    assert r"with \*more\* light" in text_of(page)
    assert open_run(place, run.id).note == "with *more* light"
    assert r"Delete **new \*name\*** with its model, curves and scores?" in text_of(page)
    assert [listed.id for listed in list_runs(place)] == [run.id]
    keyed(page, f"really-{run.id}").click().run()
    assert not page.exception
    assert list_runs(place) == []


def test_a_long_list_is_shown_ten_at_a_time(app, make):
    for number in range(23):
        make(name=f"run {number}")
    page = app("train", list_page="3")
    assert len(lines(page)) == 3
    assert "23 runs" in text_of(page)


def test_a_sweep_starts_a_run_for_every_combination_under_one_name(app, place, started):
    page = app("train", sweep_seed="1-2", sweep_learning_rate="0.001, 0.0003", sweep_name="rates")
    button(page, "Start 4 runs").click().run()
    assert not page.exception
    runs = list_runs(place)
    assert {(run.config.seed, run.config.learning_rate) for run in runs} == {
        (1, 0.001),
        (1, 0.0003),
        (2, 0.001),
        (2, 0.0003),
    }
    assert {run.name.split(":")[0] for run in runs} == {"rates"}
    assert len(started) == 4


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ({"sweep_seed": "one"}, "is no value for seed"),
        ({"sweep_seed": "1-150", "sweep_turn": "0,10"}, "makes 300 runs"),
    ],
)
def test_an_impossible_sweep_is_one_sentence_and_starts_nothing(app, started, address, words):
    page = app("train", **address)
    assert any(words in error.value for error in page.error)
    assert not started


def test_waiting_runs_say_so_and_all_but_the_first_can_be_moved_up(app, make):
    first, second = make("queued", name="first", queued=1.0), make("queued", name="second", queued=2.0)
    page = app("train")
    assert text_of(page).count("starts by itself when the run before it has ended") == 2
    assert f"up-{first.id}" not in [element.key for element in page.button]
    keyed(page, f"up-{second.id}").click()
    page.run()
    assert place_in_queue(second) < place_in_queue(first)
    assert [element.key for element in page.button if element.key.startswith("up-")] == [f"up-{first.id}"]


def test_runs_that_wait_in_a_ray_cluster_can_not_be_moved_up(app, make):
    for number in range(2):
        run = make("queued", name=f"number {number}")
        run.files.job.write_text('{"address": "http://head:8265", "id": "job"}')
    page = app("train")
    assert text_of(page).count("starts by itself when the Ray cluster has room") == 2
    assert not [element for element in page.button if element.label == "Move up"]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"patience": 4, "schedule": "plateau", "restore_best": False, "flip": "vertical", "rotation": 0.1},
        {"flip": "none", "rotation": 0.0},
        {"flip": "horizontal", "rotation": 0.0, "zoom": 0.25, "brightness": 0.5, "fill": "constant"},
        {"learning_rate": 1},
        {"schedule": "cosine", "label_smoothing": 0.2, "weight_decay": 0.05, "clip_norm": 1.5},
        {"learning_rate": 0.0003},
        {"scaling": False},
        {"scaling": True, "flip": "horizontal", "rotation": 0.125},
    ],
)
def test_the_settings_of_a_run_come_back_into_the_form(app, make, started, more):
    run = make(
        "done",
        "model3",
        config={"epochs": 7, "batch_size": 16, "learning_rate": 0.01, "seed": 5, "fraction": 0.5, "exact": True} | more,
    )
    page = app("train", {f"run-{run.id}": True})
    keyed(page, f"again-{run.id}").click()
    page.run()
    assert not page.exception
    button(page, "Start training").click()
    page.run()
    assert open_run(*place_of(run), started[0]).config == run.config


@pytest.mark.parametrize(
    ("recipe", "model"), [("steady", "model2"), ("published", "model1"), ("published", "model4"), ("tuned", "model3")]
)
def test_a_run_of_a_recipe_comes_back_as_that_recipe_and_no_setting_of_its_own(app, make, started, model, recipe):
    config = make_config(model, recipe, source="drawn")
    changes = {name: value for name, value in config.to_dict().items() if name not in ("model", "source")}
    run = make("done", model, config=changes | {"epochs": 7})
    before = {"recipe": "tuned", "learning_rate": "0.5", "schedule": "plateau", "label_smoothing": "0.3"}
    page = app("train", {f"run-{run.id}": True}, **before)
    keyed(page, f"again-{run.id}").click().run()
    assert page.segmented_control(key="recipe").value == recipe_of(config)
    assert numbers(page) == USUAL | {"epochs": 7} | (FINE_TUNING if model == "model4" else {})
    button(page, "Start training").click().run()
    assert open_run(*place_of(run), started[0]).config == run.config


def test_only_model4_is_offered_fine_tuning(app):
    page = app("train", models=["model1", "model3"], fine_tune_layers="20")
    assert not page.exception
    assert not set(FINE_TUNING) & set(numbers(page))
    page = app("train", models=["model4"])
    assert {key: numbers(page)[key] for key in FINE_TUNING} == FINE_TUNING
    assert page.number_input(key="fine_tune_rate").disabled
    assert not is_advanced_open(page)


def test_fine_tuning_says_what_augmentation_suits_it_and_sets_it(app, place):
    page = app("train", models=["model4"], fine_tune_layers="29")
    assert "Fine-tuning works better with gentle augmentation" in text_of(page)
    button(page, "Use the measured settings").click().run()
    assert "Fine-tuning works better" not in text_of(page)
    button(page, "Start training").click().run()
    gentle = {"flip": "horizontal", "rotation": 0.05, "zoom": 0.1, "translation": 0.05}
    expected = make_config("model4", source="drawn", schedule="cosine", fine_tune_layers=56, **gentle)
    assert list_runs(place)[0].config == expected


def test_fine_tuning_reaches_model4_and_no_other_model(app, place):
    address = {"fine_tune_layers": "56", "fine_tune_epochs": "3", "fine_tune_rate": "0.0002"}
    page = app("train", models=["model1", "model4"], **address)
    assert not page.warning
    assert is_advanced_open(page)
    assert f"{count_trained_weights(56):,} weights" in text_of(page)
    button(page, "Start training 2 models").click().run()
    assert not page.exception
    tuned = {"fine_tune_layers": 56, "fine_tune_epochs": 3, "fine_tune_rate": 0.0002}
    assert {run.config for run in list_runs(place)} == {
        make_config("model1", source="drawn"),
        make_config("model4", source="drawn", **tuned),
    }


@pytest.mark.parametrize(("layers", "epochs", "rate"), [("many", "0", "nan"), ("154", "0", "1e9"), ("-3", "0", "-1")])
def test_a_bad_address_of_fine_tuning_gets_a_sentence_each(app, layers, epochs, rate):
    address = {"fine_tune_layers": layers, "fine_tune_epochs": epochs, "fine_tune_rate": rate}
    page = app("train", models=["model4"], **address)
    assert not page.exception
    (warning,) = page.warning
    assert len(warning.value.splitlines()) == 4  # and that the page shows its own values instead
    assert {key: numbers(page)[key] for key in FINE_TUNING} == FINE_TUNING


def test_too_few_layers_are_one_sentence_and_start_nothing(app, started):
    page = app("train", models=["model4"], fine_tune_layers="2")
    assert not page.exception
    assert any("from 3 to 153" in error.value for error in page.error)
    assert not started


def test_the_settings_of_a_fine_tuned_run_come_back_into_the_form(app, make, started):
    tuned = {"fine_tune_layers": 29, "fine_tune_epochs": 7, "fine_tune_rate": 0.0003}
    run = make("done", "model4", config=tuned)
    page = app("train", {f"run-{run.id}": True})
    assert "top 29 layers, 7 epochs at 0.0003" in text_of(page)
    keyed(page, f"again-{run.id}").click().run()
    button(page, "Start training").click().run()
    assert not page.exception
    assert open_run(*place_of(run), started[0]).config == run.config


def test_only_model4_can_be_trained_quickly(app, place, started):
    page = app("train", models=["model1"], quick="true")
    assert not [toggle for toggle in page.toggle if toggle.key == "quick"]
    page = app("train", models=["model1", "model4"], quick="true", share="50", learning_rate="0.01")
    assert page.toggle(key="quick").value
    assert "only the last layer, fitted at once" in text_of(page)
    button(page, "Start training 2 models").click().run()
    assert not page.exception
    configs = [open_run(place, run_id).config for run_id in started]
    assert configs[1] == make_quick_config("drawn", fraction=0.5)
    assert (configs[0].quick, configs[0].learning_rate) == (False, 0.01)


def test_a_quick_run_comes_back_into_the_form_and_shows_no_curve(app, make, started):
    config = make_quick_config("drawn", seed=4).to_dict()
    del config["model"]
    run = make("done", "model4", config=config, epochs=1, best_val_accuracy=0.55, best_epoch=1)
    page = app("train", result=run.id)
    assert "no learning curve" in text_of(page)
    assert not page.get("plotly_chart")
    page = app("train", {f"run-{run.id}": True})
    assert "Quick: the last layer, fitted at once" in text_of(page)
    assert "0.001, constant" not in text_of(page)
    keyed(page, f"again-{run.id}").click().run()
    assert page.toggle(key="quick").value
    assert page.number_input(key="epochs").value == 20
    button(page, "Start training").click().run()
    assert open_run(*place_of(run), started[0]).config == run.config


@pytest.mark.parametrize("quick", [True, False])
def test_a_quick_run_is_not_compared_with_the_reference(app, make, quick):
    config = (make_quick_config() if quick else make_config("model4")).to_dict()
    del config["model"]
    run = make("done", "model4", config=config, epochs=1)
    write_json(run.files.evaluation, {"validation": {"accuracy": 0.97}})
    page = app("train", result=run.id)
    assert "Validation accuracy **97.0%**" in text_of(page)
    assert ("reference course 97% (validation)" in text_of(page)) is not quick


def test_an_address_chooses_a_recipe_and_changes_single_settings_of_it(app, place):
    page = app("train", recipe="published", models=["model1", "model4"], learning_rate="0.01", clip_norm="1")
    assert page.segmented_control(key="recipe").value == "published"
    button(page, "Start training 2 models").click().run()
    values = {"source": "drawn", "learning_rate": 0.01, "clip_norm": 1.0}
    assert {run.config for run in list_runs(place)} == {
        make_config(model, "published", **values) for model in ("model1", "model4")
    }
    assert page.query_params["recipe"] == "published"


def test_epochs_follow_the_recipe_until_they_are_changed_by_hand(app, place):
    page = app("train")
    page.segmented_control(key="recipe").set_value("tuned").run()
    assert numbers(page)["epochs"] == 60
    assert page.query_params["recipe"] == "tuned"
    button(page, "Start training").click().run()
    assert list_runs(place)[0].config == make_config("model1", "tuned", source="drawn")
    page.segmented_control(key="augmentation").set_value("none").run()
    button(page, "Start training").click().run()
    assert not list_runs(place)[0].config.augmentation.active
    page.segmented_control(key="recipe").set_value("steady").run()
    assert numbers(page)["epochs"] == 20
    assert "recipe" not in page.query_params
    page.number_input(key="epochs").set_value(7).run()
    page.segmented_control(key="recipe").set_value("tuned").run()
    assert numbers(page)["epochs"] == 7


def test_an_address_with_a_recipe_has_its_epochs_or_its_own(app):
    assert numbers(app("train", recipe="tuned"))["epochs"] == 60
    assert numbers(app("train", recipe="tuned", epochs="20"))["epochs"] == 20


def test_the_recipe_says_what_it_sets_for_the_models_chosen(app):
    page = app("train", models=list(MODELS))
    words = text_of(page)
    for name in MODELS:
        assert describe_config(make_config(name)) in words
    for recipe in RECIPES.values():
        assert recipe.idea in page.segmented_control(key="recipe").help
    assert page.number_input(key="learning_rate").proto.placeholder == " or ".join(
        f"{rate:g}" for rate in sorted({make_config(name).learning_rate for name in MODELS})
    )
    page.segmented_control(key="recipe").set_value("published").run()
    assert page.number_input(key="learning_rate").proto.placeholder == "0.001"


def test_an_earlier_versions_word_for_no_augmentation_of_ones_own_is_no_fault(app):
    assert not app("train", augmentation="the model's own").warning


@pytest.fixture
def finished(make, place):
    """Make a finished model2 that learned from the drawn set as it is."""

    def make_finished(**config):
        run = make("done", "model2", "mine", config)
        fingerprint = open_catalog(place, "drawn").fingerprint
        run.files.add_to_config(data={"source": "drawn", "fingerprint": fingerprint, "classes": ["cats", "dogs"]})
        return open_run(place, run.id)

    return make_finished


def test_all_ablations_of_a_run_are_started_with_one_click_as_one_sweep(app, finished, place):
    run = finished(seed=5)
    page = app("train", {f"run-{run.id}": True})
    keyed(page, f"ablation-all-{run.id}").click().run()
    assert not page.exception
    started = [other for other in list_runs(place)[::-1] if other.id != run.id]
    assert [other.config for other in started] == [ablation.config for ablation in list_ablations(run.config)]
    assert [other.name for other in started] == [
        *("mine, without augmentation", "mine, with scaled pixels", "mine, with half the rotation")
    ]
    assert {other.original for other in started} == {run.id}
    (title,) = {other.sweep for other in started}
    assert title.startswith("Ablations of mine, ")
    assert not [element for element in page.button if str(element.key).startswith("ablation-")]
    (link,) = (link.proto for link in page.get("page_link") if link.proto.label == "Compare with its ablations")
    assert [value for _, value in parse_qsl(link.query_string)] == [run.id, *(other.id for other in started)]


def test_a_single_ablation_is_started_and_then_offered_no_more(app, finished, place):
    run = finished()
    page = app("train", {f"run-{run.id}": True})
    button(page, "Run with scaled pixels").click().run()
    newest, _ = list_runs(place)
    assert newest.config == replace(run.config, scaling=True)
    labels = [element.label for element in page.button]
    assert "Run with scaled pixels" not in labels
    assert {"Run ablations", "Run without augmentation", "Run with half the rotation"} <= set(labels)


def test_no_ablation_is_offered_where_none_makes_sense_or_the_run_has_not_ended(app, make, place):
    runs = [make("done", "model4", config={"flip": "none", "rotation": 0.0}), make("failed", "model2")]
    page = app("train", {f"run-{run.id}": True for run in runs})
    assert "Which change does it?" not in text_of(page)


def test_ablations_of_a_run_whose_images_are_gone_or_changed_are_refused(app, finished, place):
    gone, changed = finished(source="/nowhere"), finished(seed=2)
    changed.files.add_to_config(data={**changed.data, "fingerprint": "another"})
    page = app("train", {f"run-{run.id}": True for run in (gone, changed)})
    assert keyed(page, f"ablation-0-{gone.id}").disabled
    keyed(page, f"ablation-0-{changed.id}").click().run()
    assert any("have changed since" in error.value for error in page.error)
    assert len(list_runs(place)) == 2


def test_a_learning_rate_too_low_for_the_form_becomes_the_lowest(app, make, started):
    run = make("done", config={"learning_rate": 1e-9})
    page = app("train", {f"run-{run.id}": True})
    keyed(page, f"again-{run.id}").click().run()
    assert not page.exception
    button(page, "Start training").click().run()
    assert open_run(*place_of(run), started[0]).config.learning_rate == 1e-7


def numbers(page):
    """Return {key: value} of the number fields."""
    return {field.key: field.value for field in page.number_input}


def ticked(page):
    """Return the models whose cards are ticked."""
    return [name for name in MODELS if page.checkbox(key=f"tick-{name}").value]


def bars(page):
    """Return the bars of active runs, as HTML."""
    return [element.proto.body for element in page.get("html") if "progressbar" in element.proto.body]


def is_advanced_open(page):
    """Return whether the advanced settings are unfolded."""
    return page.session_state["advanced"]


def place_of(run):
    """The settings in whose home a run lies, as a tuple to put before its id."""
    return (Settings(home=run.folder.parent.parent),)


def place_in_queue(run):
    """Return where in the queue a run waits now."""
    return open_run(*place_of(run), run.id).place
