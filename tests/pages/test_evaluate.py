"""The Evaluate page, driven through Streamlit's AppTest, with runs whose answers are written down."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from catdog.datasets import open_catalog
from catdog.errors import RunError
from catdog.evaluation import (
    calibration_curve,
    class_scores,
    find_disagreements,
    find_hard_examples,
    precision_recall_curve,
    roc_curve,
)
from catdog.inference.activations import Activations
from catdog.runs import create_run, delete_run, open_run
from catdog.settings import Settings
from catdog.training import TrainConfig
from catdog.training.run_folder import identify_process
from catdog.utils.text import format_percent
from tests.pages.conftest import ColourPredictor, alternatives, button, coloured_folder, text_of

CELL, HARDEST, DISPUTED = "chosen cell", "hardest", "runs disagree"
OWN, HERE = "the data each run learned from", "the data in use"


@pytest.fixture
def catalog(place):
    """The drawn set of this test."""
    return open_catalog(place, "drawn")


@pytest.fixture
def answered(place: Settings, catalog, monkeypatch):
    """Make a finished run that has answered every picture of the drawn set, worse with a higher `noise`."""
    monkeypatch.setattr("catdog.inference.predictor.load_predictor", lambda path, name: ColourPredictor())

    def make(model="model1", name="", noise=0.3, seed=1, data=catalog, classes=("cats", "dogs"), source="drawn"):
        run = create_run(place, TrainConfig(model=model, source=source, epochs=3, seed=seed), name)
        run.files.tflite.write_bytes(b"stands for a model")
        run.files.add_to_config(
            data={"source": source, "classes": list(classes), "fingerprint": data.fingerprint, "baseline": 0.5}
        )
        rng = np.random.default_rng(seed)
        probabilities = np.clip(0.2 + 0.6 * data.labels + rng.normal(0, noise, len(data)), 0.001, 0.999)
        write(run, data, probabilities)
        run.files.write_status(replace(run.status, state="done", best_val_accuracy=0.8, best_epoch=2, epoch=3))
        return open_run(place, run.id)

    return make


def write(run, catalog, probabilities):
    """Write a run's answers as its training does."""
    with run.files.predictions.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("path", "label", "probability", "split"))
        table.writerows(zip(catalog.paths, catalog.labels, probabilities, catalog.splits, strict=True))


def scores(page):
    """The table of scores, {run: its row}."""
    return {row["run"]: row for row in page.dataframe[0].value.to_dict("records")}


def cells(page):
    """What the four cells of the confusion matrix say."""
    return [one.label for one in page.button if (one.key or "").startswith("open-cell-")]


def metrics(page):
    """What the numbers beside the matrix say."""
    return {metric.label: metric.value for metric in page.metric}


def files(page):
    """The names of the pictures that can be opened."""
    return [one.label for one in page.button if (one.key or "").startswith("look-")]


def chart(page, key):
    """The lines of one of the three charts, as the browser gets them."""
    found = next(one for one in page.get("plotly_chart") if key in one.proto.id)
    return json.loads(found.proto.spec)["data"]


def test_without_a_run_the_page_says_what_will_appear_and_has_the_button(app):
    page = app("evaluate")
    assert "There is no run yet" in text_of(page)
    assert button(page, "Train a first model")
    assert not page.dataframe


def test_the_scores_are_those_of_the_library(app, answered):
    run = answered()
    page = app("evaluate")
    test = run.predictions().of_split("test")
    row = scores(page)[run.name]
    assert row["photos"] == len(test)
    assert row["accuracy"] == pytest.approx(100 * test.correct().mean())
    assert row["loss"] == pytest.approx(test.losses.mean())
    assert row["roc"] == pytest.approx(roc_curve(test.labels, test.probabilities).area)
    assert row["pr"] == pytest.approx(precision_recall_curve(test.labels, test.probabilities).area)
    assert row["error"] == pytest.approx(100 * calibration_curve(test.labels, test.probabilities).error)
    by_class = page.dataframe[1].value.to_dict("records")
    for given, score in zip(by_class, class_scores(test.labels, test.probabilities), strict=True):
        assert given["precision"] == pytest.approx(100 * score.precision)
        assert given["recall"] == pytest.approx(100 * score.recall)
        assert given["f1"] == pytest.approx(100 * score.f1)
        assert given["support"] == score.support


def test_precision_and_recall_are_explained_with_the_names_of_the_classes(app, answered):
    answered()
    words = text_of(app("evaluate"))
    assert "**Precision** of dogs: of all pictures that it calls dogs, how many really are" in words
    assert "**Recall** of dogs: of all dogs, how many it finds" in words


def test_validation_pictures_are_another_choice_which_the_page_warns_of(app, answered):
    run = answered()
    page = app("evaluate", of="validation")
    assert scores(page)[run.name]["photos"] == len(run.predictions().of_split("validation"))
    assert "slightly flattering" in text_of(page)
    page.segmented_control(key="of").set_value("test").run()
    assert scores(page)[run.name]["photos"] == len(run.predictions().of_split("test"))
    assert "this number is the honest one" in text_of(page)
    assert "the test photos overlapped the validation photos" in text_of(page)


def test_the_page_says_how_little_a_few_pictures_decide(app, answered):
    answered(name="good", noise=0.1)
    answered("model2", name="hardly worse", noise=0.35, seed=3)
    words = text_of(app("evaluate"))
    assert "pictures decide little" in words
    assert "The interval of hardly worse overlaps with that" in words


def test_at_first_the_latest_finished_run_of_each_model_is_judged(app, answered):
    answered("model1")
    latest, other = answered("model1", seed=2), answered("model4", seed=3)
    page = app("evaluate")
    assert page.multiselect[0].value == [latest.id, other.id]


def test_the_choice_of_runs_is_in_the_address(app, answered):
    first, _ = answered("model1", name="one"), answered("model2", name="two")
    page = app("evaluate")
    page.multiselect[0].set_value([first.id]).run()
    assert page.query_params["run"] == first.id
    assert list(scores(app("evaluate", run=first.id))) == ["one"]


def test_a_run_in_the_address_that_does_not_exist_is_said_and_passed_over(app, answered):
    run = answered()
    page = app("evaluate", run="../../etc/passwd")
    assert "there is no such run" in text_of(page)
    assert list(scores(page)) == [run.name]


def test_nobody_chosen_asks_for_a_choice(app, answered):
    answered()
    page = app("evaluate")
    page.multiselect[0].set_value([]).run()
    assert "Choose one or more runs" in text_of(page)
    assert not page.dataframe


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.8])
def test_the_threshold_moves_matrix_precision_recall_and_the_dots_together(app, answered, threshold):
    test = answered().predictions().of_split("test")
    page = app("evaluate", threshold=str(threshold))
    found = test.predicted_labels(threshold)
    counts = [int(((test.labels == label) & (found == answer)).sum()) for label in (0, 1) for answer in (0, 1)]
    names = ["cats called cats", "cats called dogs", "dogs called cats", "dogs called dogs"]
    assert cells(page) == [f"**{count}** {name}" for count, name in zip(counts, names, strict=True)]
    cats, dogs = class_scores(test.labels, test.probabilities, threshold)
    assert metrics(page) == {
        "Accuracy at this threshold": format_percent(test.correct(threshold).mean()),
        "Precision of cats": format_percent(cats.precision),
        "Recall of cats": format_percent(cats.recall),
        "Precision of dogs": format_percent(dogs.precision),
        "Recall of dogs": format_percent(dogs.recall),
    }
    (dot,) = [line for line in chart(page, "precision-recall") if line["mode"] == "markers"]
    assert (dot["x"][0], dot["y"][0]) == (pytest.approx(dogs.recall), pytest.approx(dogs.precision))
    (dot,) = [line for line in chart(page, "roc") if line["mode"] == "markers"]
    assert (dot["x"][0], dot["y"][0]) == (pytest.approx(1 - cats.recall), pytest.approx(dogs.recall))


def test_a_moved_threshold_changes_the_matrix_at_once(app, answered):
    test = answered().predictions().of_split("test")
    page = app("evaluate")
    page.slider(key="threshold").set_value(1.0).run()
    assert cells(page)[1] == "**0** cats called dogs"
    assert cells(page)[2] == f"**{int((test.labels == 1).sum())}** dogs called cats"


def test_where_no_picture_gets_an_answer_its_precision_is_a_dash_and_not_an_error(app, answered):
    answered()
    page = app("evaluate", threshold="1.0")
    assert metrics(page)["Precision of dogs"] == "–"
    assert "at this threshold no picture gets that answer" in text_of(page)


def test_a_cell_opens_its_pictures_and_is_in_the_address(app, answered):
    validation = answered(noise=0.6).predictions().of_split("validation")
    page = app("evaluate", of="validation")
    page.button(key="open-cell-01").click().run()
    assert page.query_params["cell"] == "01"
    rows = np.flatnonzero((validation.labels == 0) & (validation.predicted_labels() == 1))
    rows = rows[np.argsort(-validation.losses[rows], kind="stable")]
    assert len(rows)
    assert files(page) == [validation.paths[row].rsplit("/", 1)[-1] for row in rows][:12]
    assert files(app("evaluate", of="validation", cell="01", show=CELL)) == files(page)


def test_a_cell_that_does_not_exist_is_passed_over(app, answered):
    answered()
    page = app("evaluate", cell="77", show=CELL)
    assert "Choose a cell of the confusion matrix" in text_of(page)


def test_many_pictures_come_page_by_page(app, answered):
    run = answered(noise=0.5)
    validation = run.predictions().of_split("validation")
    page = app("evaluate", of="validation")
    hard = [one.path.rsplit("/", 1)[-1] for one in find_hard_examples({"it": validation}, 48)]
    assert files(page) == hard[:12]
    again = app("evaluate", of="validation", **{"shown-page": "2"})
    assert files(again) == hard[12:24]


def test_the_hardest_pictures_are_those_of_all_chosen_runs_with_the_answer_of_each(app, answered):
    runs = [answered("model1", "one", 0.5, 1), answered("model2", "two", 0.5, 2)]
    page = app("evaluate")
    expected = find_hard_examples({run.id: run.predictions().of_split("test") for run in runs}, 48)
    assert files(page) == [one.path.rsplit("/", 1)[-1] for one in expected][:12]
    caption = next(one.value for one in page.caption if "one: " in one.value)
    for run in runs:
        probability = expected[0].probabilities[run.id]
        said = (
            f"{run.name}: {'dogs' if probability > 0.5 else 'cats'} {format_percent(max(probability, 1 - probability))}"
        )
        assert said in caption


def test_the_pictures_on_which_runs_disagree_follow_the_threshold(app, answered):
    runs = [answered("model1", "one", 0.5, 1), answered("model2", "two", 0.5, 2)]
    parts = {run.id: run.predictions().of_split("test") for run in runs}
    for threshold in (0.5, 0.9):
        page = app("evaluate", show=DISPUTED, threshold=str(threshold))
        assert files(page) == [one.path.rsplit("/", 1)[-1] for one in find_disagreements(parts, threshold)][:12]


def test_a_single_run_has_nobody_to_disagree_with(app, answered):
    answered()
    page = app("evaluate", show=DISPUTED)
    assert page.segmented_control(key="show").options == [CELL, HARDEST]


def test_the_run_in_focus_can_be_chosen_and_is_in_the_address(app, answered):
    answered("model1", "one", 0.5)
    other = answered("model2", "two", 0.1)
    page = app("evaluate")
    page.selectbox(key="focus").set_value(other.id).run()
    assert page.query_params["focus"] == other.id
    assert metrics(page)["Accuracy at this threshold"] == format_percent(
        other.predictions().of_split("test").correct().mean()
    )


def test_a_picture_opens_with_every_answer_and_where_the_model_looks(app, answered, catalog):
    runs = [answered("model1", "one"), answered("model2", "two", seed=2)]
    path = runs[0].predictions().of_split("test").paths[0]
    page = app("evaluate", photo=path)
    words = [text for text in alternatives(page) if "under a map of where" in text]
    assert words == ["The same picture as the models get it, 160 × 160 pixels, under a map of where one looks"]
    bars = next(one.proto.alt for one in page.get("plotly_chart") if "look-bars" in one.proto.id)
    assert "one: " in bars
    assert "two: " in bars
    assert "not what the model sees there" in text_of(page)
    page.selectbox(key="look").set_value(runs[1].id).run()
    assert any("where two looks" in text for text in alternatives(page))


@pytest.fixture
def inside(monkeypatch):
    """Stand in for a look inside model4: what counts lies in the upper left corner."""
    features = np.zeros((5, 5, 1), np.float32)
    features[0, 0] = 1
    seen = Activations(
        np.ones((32, 3, 3, 3), np.float32), np.ones((80, 80, 32), np.float32), features, np.ones(1, np.float32)
    )
    monkeypatch.setattr("catdog.inference.activations.compute_activations", lambda path, pixels: seen)


def test_model4_shows_what_each_place_adds_and_can_hide_places_too(app, answered, inside):
    run = answered("model4", "four")
    page = app("evaluate", photo=run.predictions().of_split("test").paths[0])
    assert "what each one adds, exactly" in text_of(page)
    page = app("evaluate", photo=run.predictions().of_split("test").paths[0], how="hiding places")
    assert "not what the model sees there" in text_of(page)
    assert any("under a map of where four looks" in text for text in alternatives(page))


def test_a_look_inside_shows_what_the_first_filters_find(app, answered, inside):
    run = answered("model1", "one")
    page = app("evaluate", photo=run.predictions().of_split("test").paths[0])
    assert "What each of the first 32 filters of one finds" in alternatives(page)


def test_a_model_that_can_not_be_looked_into_still_shows_where_it_looks(app, answered):
    run = answered("model1", "one")  # its file is no real model
    page = app("evaluate", photo=run.predictions().of_split("test").paths[0])
    assert any("under a map of where one looks" in text for text in alternatives(page))
    assert ["can't be looked into" in error.value for error in page.error] == [True]


def test_a_picture_that_does_not_exist_opens_nothing(app, answered):
    answered()
    page = app("evaluate", photo="../../etc/passwd")
    assert not any("under a map" in text for text in alternatives(page))


def test_a_run_without_its_model_file_is_judged_but_can_not_show_where_it_looks(app, answered, monkeypatch):
    def missing(path, name):
        raise RunError("The model is gone.")

    run = answered()
    monkeypatch.setattr("catdog.inference.predictor.load_predictor", missing)
    run.files.tflite.unlink()
    page = app("evaluate", photo=run.predictions().of_split("test").paths[0])
    assert list(scores(page)) == [run.name]
    assert "has no usable model file any more" in text_of(page)


def test_a_picture_file_that_is_gone_is_said_and_the_others_shown(app, answered, catalog):
    run = answered(noise=0.5)
    app("evaluate")  # the pictures are decoded now
    gone = find_hard_examples({"it": run.predictions().of_split("test")}, 1)[0].path
    (catalog.root / gone).rename(catalog.root / f"{gone}.away")
    page = app("evaluate", photo=gone)
    assert list(scores(page)) == [run.name]
    assert "broken_image" in text_of(page) or page.error


@pytest.mark.parametrize(
    "content",
    ["", "path,label,probability,split\n", "path,label,probability,split\na.jpg,0,0.1,test\nb.jpg,1", None],
    ids=["empty", "without a row", "half written", "missing"],
)
def test_answers_that_are_missing_or_damaged_are_one_sentence_and_can_be_asked_for_again(app, answered, content):
    whole, broken = answered("model1", "whole"), answered("model2", "broken")
    if content is None:
        broken.files.predictions.unlink()
    else:
        broken.files.predictions.write_text(content)
    page = app("evaluate")
    assert list(scores(page)) == [whole.name]
    assert len(page.warning) == 1
    assert "broken" in page.warning[0].value
    assert button(page, "Ask broken about the pictures now")


def test_answers_that_are_no_numbers_are_not_used(app, answered, catalog):
    run = answered()
    write(run, catalog, [float("nan")] * len(catalog))
    page = app("evaluate")
    assert "are damaged" in text_of(page)
    assert not page.dataframe


def test_a_run_that_is_asked_anew_is_judged_by_what_it_says(app, answered, monkeypatch, catalog):
    run = answered()
    before = run.predictions()
    run.files.predictions.unlink()
    asked = []

    def score(run, dataset, cache, progress):
        asked.append(run.id)
        return before

    monkeypatch.setattr("pages.components.evaluate.predictions.predict_dataset", score)
    page = app("evaluate")
    assert not asked
    button(page, f"Ask {run.name} about the pictures now").click().run()
    assert scores(page)[run.name]["accuracy"] == pytest.approx(100 * before.of_split("test").correct().mean())
    page.run()
    assert asked == [run.id]


def test_a_run_that_still_trains_is_said_to_follow(app, answered, place):
    done = answered("model1", "done")
    run = create_run(place, TrainConfig("model2", source="drawn"), "busy")
    run.files.write_status(replace(run.status, state="running", **identify_process()))
    page = app("evaluate", run=[done.id, run.id])
    assert "busy is still in training" in text_of(page)
    assert list(scores(page)) == ["done"]


@pytest.fixture
def birds(place, tmp_path):
    """A catalog of other pictures of other classes."""
    folder = coloured_folder(tmp_path / "birds", owls=40, wrens=40)
    return open_catalog(place, str(folder))


def test_runs_of_other_classes_are_told_with_their_own_names(app, answered, birds):
    run = answered(data=birds, classes=birds.classes, source=birds.source)
    page = app("evaluate", run=run.id)
    assert not page.exception
    assert "**Precision** of wrens" in text_of(page)
    assert cells(page)[1].endswith("owls called wrens")
    assert [row["class"] for row in page.dataframe[1].value.to_dict("records")] == ["owls", "wrens"]


def test_pictures_of_other_data_are_listed_by_name_and_never_shown(app, answered, birds):
    run = answered(data=birds, classes=birds.classes, source=birds.source)
    page = app("evaluate", run=run.id)
    assert "not to the data in use" in text_of(page)
    assert not files(page)
    assert "only their names can be shown" in text_of(page)
    names = page.dataframe[2].value["file"].tolist()
    assert names[0] in birds.paths


def test_runs_of_different_data_are_warned_of_and_never_share_a_chart(app, answered, birds):
    here = answered("model1", "here")
    there = answered("model2", "there", data=birds, classes=birds.classes, source=birds.source)
    page = app("evaluate", run=[here.id, there.id])
    assert any("learned from different data" in warning.value for warning in page.warning)
    assert list(scores(page)) == ["here", "there"]
    named = " ".join(line["name"] for line in chart(page, "roc"))
    assert "here" in named
    assert "there" not in named
    assert page.segmented_control(key="show").options == [CELL, HARDEST]


def test_a_run_of_other_data_can_be_judged_by_the_data_in_use(app, answered, catalog, birds, monkeypatch):
    here = answered("model1", "here")
    there = answered("model2", "there", data=birds, source=birds.source)
    monkeypatch.setattr("pages.components.evaluate.predictions.predict_dataset", lambda run, *_: here.predictions())
    page = app("evaluate", run=[here.id, there.id], **{"data-of": HERE})
    assert not any("different data" in warning.value for warning in page.warning)
    assert "which it never learned from" in text_of(page)
    assert scores(page)["there"]["accuracy"] == scores(page)["here"]["accuracy"]


def test_a_run_of_other_classes_can_not_be_judged_by_the_data_in_use(app, answered, birds):
    here = answered("model1", "here")
    there = answered("model2", "there", data=birds, classes=birds.classes, source=birds.source)
    page = app("evaluate", run=[here.id, there.id], **{"data-of": HERE})
    assert "there learned to tell owls from wrens" in text_of(page)
    assert list(scores(page)) == ["here"]


def test_markup_in_a_runs_name_is_shown_as_it_is(app, answered):
    evil = "<b>[x](http://evil)</b>**run**"
    run = answered(name=evil)
    other = answered("model2", name="other", seed=2)
    page = app("evaluate", photo=run.predictions().of_split("test").paths[0], run=[run.id, other.id])
    words = text_of(page)
    assert "[x](http" not in words.replace("\\[x\\](http", "")
    assert "<b>" not in words.replace("\\<b\\>", "")
    assert "<b>" not in "".join(line["name"] for key in ("roc", "reliability") for line in chart(page, key))


def test_a_run_deleted_while_it_is_shown_leaves_the_page_in_order(app, answered, place):
    first, second = answered("model1", "one"), answered("model2", "two")
    page = app("evaluate", run=[first.id, second.id])
    delete_run(place, first)
    page.run()
    assert not page.exception
    assert list(scores(page)) == ["two"]
