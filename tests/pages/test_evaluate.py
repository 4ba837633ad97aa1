"""The Evaluate page, driven through Streamlit's AppTest, with runs whose predictions are written down."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from catdog.datasets import open_catalog
from catdog.datasets.corrections import relabel_images
from catdog.errors import RunError
from catdog.evaluation import (
    calibration_curve,
    class_scores,
    compute_track_record,
    describe_band,
    find_band,
    find_disagreements,
    find_hard_examples,
    precision_recall_curve,
    roc_curve,
    scale_temperature,
    score,
)
from catdog.inference.activations import Activations
from catdog.runs import create_run, delete_run, open_run
from catdog.settings import Settings
from catdog.training import TrainConfig
from catdog.training.status import identify_process
from catdog.utils.files import write_json
from catdog.utils.text import format_percent
from tests.pages.conftest import ColourPredictor, alternatives, button, coloured_folder, text_of

CELL, HARDEST, DISPUTED = "chosen cell", "hardest", "runs disagree"
OWN, HERE = "the data each run learned from", "the data in use"


@pytest.fixture
def catalog(place):
    """The drawn set of this test."""
    return open_catalog(place, "drawn")


@pytest.fixture
def make_run(place: Settings, catalog, monkeypatch):
    """Make a finished run with predictions for every image of the drawn set, worse with a higher `noise`."""
    monkeypatch.setattr("catdog.inference.predictor.load_predictor", lambda path, name: ColourPredictor())

    def make(
        model="model1", name="", noise=0.3, seed=1, data=catalog, classes=("cats", "dogs"), source="drawn", **config
    ):
        run = create_run(place, TrainConfig(model=model, source=source, epochs=3, seed=seed, **config), name)
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
    """Write a run's predictions as its training does."""
    with run.files.predictions.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("path", "label", "probability", "split"))
        table.writerows(zip(catalog.paths, catalog.labels, probabilities, catalog.splits, strict=True))


def scores(page):
    """The table of scores, {run: its row}."""
    return {row["run"]: row for row in page.dataframe[0].value.to_dict("records")}


def cells(page):
    """What the four cells of the confusion matrix say."""
    return [button.label for button in page.button if (button.key or "").startswith("open-cell-")]


def metrics(page):
    """What the numbers beside the matrix say."""
    return {metric.label: metric.value for metric in page.metric}


def files(page):
    """The names of the images that can be opened."""
    return [button.label for button in page.button if (button.key or "").startswith("look-")]


def chart(page, key):
    """The lines of one of the three charts, as the browser gets them."""
    element = next(element for element in page.get("plotly_chart") if key in element.proto.id)
    return json.loads(element.proto.spec)["data"]


def test_without_a_run_the_page_leads_to_train(app):
    page = app("evaluate")
    assert "There is no run yet" in text_of(page)
    assert button(page, "Train a first model")
    assert not page.dataframe


def test_the_scores_are_those_of_the_library(app, make_run):
    run = make_run()
    page = app("evaluate")
    test = run.predictions().of_split("test")
    row = scores(page)[run.config.model]
    assert row["photos"] == len(test)
    assert row["accuracy"] == pytest.approx(100 * test.correct().mean())
    assert row["loss"] == pytest.approx(test.losses.mean())
    assert row["roc"] == pytest.approx(roc_curve(test.labels, test.probabilities).area)
    assert row["pr"] == pytest.approx(precision_recall_curve(test.labels, test.probabilities).area)
    assert row["error"] == pytest.approx(100 * calibration_curve(test.labels, test.probabilities).error)
    by_class = app("evaluate", details="Per class").dataframe[0].value.to_dict("records")
    for given, expected in zip(by_class, class_scores(test.labels, test.probabilities), strict=True):
        assert given["precision"] == pytest.approx(100 * expected.precision)
        assert given["recall"] == pytest.approx(100 * expected.recall)
        assert given["f1"] == pytest.approx(100 * expected.f1)
        assert given["support"] == expected.support


def test_precision_and_recall_are_explained_with_the_class_names(app, make_run):
    make_run()
    text = text_of(app("evaluate", details="Per class"))
    assert "**Precision** of dogs: of all images that it calls dogs, how many really are" in text
    assert "**Recall** of dogs: of all dogs, how many it finds" in text


def test_choosing_the_validation_images_brings_a_warning(app, make_run):
    run = make_run()
    page = app("evaluate", of="validation")
    assert scores(page)[run.config.model]["photos"] == len(run.predictions().of_split("validation"))
    assert "slightly optimistic" in text_of(page)
    page.segmented_control(key="of").set_value("test").run()
    assert scores(page)[run.config.model]["photos"] == len(run.predictions().of_split("test"))
    assert "this is a fair estimate, unless you choose a run by it" in text_of(page)
    assert "some test photos were validation photos too" in text_of(page)


def test_where_the_last_epoch_is_kept_the_validation_images_chose_nothing(app, place, make_run):
    run = make_run(restore_best=False)
    text = text_of(app("evaluate", of="validation", run=run.id))
    assert "chose the epoch" not in text
    assert "For a fair comparison with other runs, look at the test images." in text


def test_the_accuracy_is_exactly_that_of_the_evaluation_file(app, place, make_run, catalog):
    run = make_run()
    probabilities = np.random.default_rng(5).uniform(size=len(catalog)).astype(np.float32)
    tested = np.flatnonzero(np.asarray(catalog.splits) == "test")
    # at one half, and as near to it as a float32 gets
    probabilities[tested[:3]] = 0.5, np.nextafter(np.float32(0.5), 1), np.nextafter(np.float32(0.5), 0)
    write(run, catalog, [f"{probability:.9g}" for probability in probabilities])  # as a training writes them
    rows = {split: catalog.indices(split) for split in ("validation", "test")}
    evaluation = {split: score(catalog.labels[of], probabilities[of]) for split, of in rows.items()}
    write_json(run.files.evaluation, evaluation)
    run = open_run(place, run.id)
    page = app("evaluate")
    assert scores(page)[run.config.model]["accuracy"] == 100 * evaluation["test"]["accuracy"] == 100 * run.test_accuracy
    page.segmented_control(key="of").set_value("validation").run()
    assert scores(page)[run.config.model]["accuracy"] == 100 * run.val_accuracy


def test_runs_are_compared_on_the_same_images_and_never_by_their_intervals(app, place, make_run):
    chosen = make_run(name="chosen", noise=0.35)
    make_run("model2", name="luckier in the test", noise=0.1, seed=3)
    chosen.files.write_status(replace(chosen.status, best_val_accuracy=0.9))
    page = app("evaluate")
    text = text_of(page)
    assert "**chosen**, the best on validation images, is right on" in text
    assert "which favors it here" not in text
    assert "about 95% of such intervals contain the true accuracy" in text
    assert any(
        element.value.startswith("- chosen alone is right on") and "luckier in the test alone on" in element.value
        for element in page.markdown
    )
    assert "not their recipes or architectures" in text
    assert "overlaps with" not in text
    page.segmented_control(key="of").set_value("validation").run()
    assert "and the best run too, which favors it here" in text_of(page)


def test_labels_that_were_corrected_since_are_told(app, place, make_run, catalog):
    make_run(name="early")
    assert "Labels have been corrected" not in text_of(app("evaluate"))
    relabel_images(place, catalog, {catalog.paths[0]: "dogs"})
    assert "**early** (1). The scores go by the labels then." in text_of(app("evaluate"))


def test_a_single_run_is_compared_with_nothing(app, make_run):
    make_run(name="alone")
    text = text_of(app("evaluate"))
    assert "**alone** is right on" in text
    assert "more accurate" not in text


def test_many_tests_are_folded_away_and_warned_about(app, make_run):
    ids = [make_run(name=f"run {seed}", seed=seed).id for seed in range(1, 6)]
    page = app("evaluate", run=ids)
    assert any("each of the other 4, on the same images" in element.label for element in page.expander)
    assert "These are 4 tests." in text_of(page)


def test_at_first_the_latest_finished_runs_are_evaluated(app, make_run):
    make_run("model1")
    latest, fourth = make_run("model1", seed=2), make_run("model4", seed=3)
    page = app("evaluate")
    assert page.multiselect[0].value == [latest.id, fourth.id]


def test_the_choice_of_runs_is_in_the_address(app, make_run):
    first, _ = make_run("model1", name="one"), make_run("model2", name="two")
    page = app("evaluate")
    page.multiselect[0].set_value([first.id]).run()
    assert page.query_params["run"] == first.id
    assert list(scores(app("evaluate", run=first.id))) == ["one"]


def test_an_unknown_tab_in_the_address_opens_the_first(app, make_run):
    run = make_run()
    assert list(scores(app("evaluate", details="curves"))) == [run.config.model]


def test_only_the_open_tab_is_drawn_at_first_the_scores(app, make_run):
    run = make_run()
    page = app("evaluate")
    assert list(scores(page)) == [run.config.model]
    assert not page.get("plotly_chart")
    page = app("evaluate", details="Curves")
    assert len(page.get("plotly_chart")) == 2
    assert not page.dataframe


def test_a_missing_run_in_the_address_is_one_sentence(app, make_run):
    run = make_run()
    page = app("evaluate", run="../../etc/passwd")
    assert "there is no such run" in text_of(page)
    assert list(scores(page)) == [run.config.model]


def test_without_a_chosen_run_the_page_wants_a_choice(app, make_run):
    make_run()
    page = app("evaluate")
    page.multiselect[0].set_value([]).run()
    assert "Choose one or more runs" in text_of(page)
    assert not page.dataframe


@pytest.mark.parametrize("threshold", [0.2, 0.8])
def test_the_threshold_moves_matrix_scores_and_dots_together(app, make_run, threshold):
    test = make_run().predictions().of_split("test")
    page = app("evaluate", threshold=str(threshold), details="Curves")
    predicted = test.predicted_labels(threshold)
    counts = [int(((test.labels == label) & (predicted == column)).sum()) for label in (0, 1) for column in (0, 1)]
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


def test_a_moved_threshold_changes_the_matrix_at_once(app, make_run):
    test = make_run().predictions().of_split("test")
    page = app("evaluate")
    page.slider(key="threshold").set_value(1.0).run()
    assert cells(page)[1] == "**0** cats called dogs"
    assert cells(page)[2] == f"**{int((test.labels == 1).sum())}** dogs called cats"


def test_an_undefined_precision_is_a_dash_and_not_an_error(app, make_run):
    make_run()
    page = app("evaluate", threshold="1.0")
    assert metrics(page)["Precision of dogs"] == "–"
    assert "at this threshold no image gets that answer" in text_of(page)


def test_a_cell_opens_its_images_and_is_in_the_address(app, make_run):
    validation = make_run(noise=0.6).predictions().of_split("validation")
    page = app("evaluate", of="validation")
    page.button(key="open-cell-01").click().run()
    assert page.query_params["cell"] == "01"
    rows = np.flatnonzero((validation.labels == 0) & (validation.predicted_labels() == 1))
    rows = rows[np.argsort(-validation.losses[rows], kind="stable")]
    assert len(rows)
    assert files(page) == [validation.paths[row].rsplit("/", 1)[-1] for row in rows][:6]
    assert files(app("evaluate", of="validation", cell="01", show=CELL)) == files(page)


def test_a_cell_that_does_not_exist_is_passed_over(app, make_run):
    make_run()
    page = app("evaluate", cell="77", show=CELL)
    assert "Click a cell of the confusion matrix: its images appear here" in text_of(page)


def test_many_images_come_page_by_page(app, make_run):
    run = make_run(noise=0.5)
    validation = run.predictions().of_split("validation")
    page = app("evaluate", of="validation")
    hard = [example.path.rsplit("/", 1)[-1] for example in find_hard_examples({"it": validation}, 48)]
    assert files(page) == hard[:6]
    again = app("evaluate", of="validation", **{"shown-page": "2"})
    assert files(again) == hard[6:12]


def test_the_hardest_images_have_the_prediction_of_every_run(app, make_run):
    runs = [make_run("model1", "one", 0.5, 1), make_run("model2", "two", 0.5, 2)]
    page = app("evaluate")
    expected = find_hard_examples({run.id: run.predictions().of_split("test") for run in runs}, 48)
    assert files(page) == [example.path.rsplit("/", 1)[-1] for example in expected][:6]
    caption = next(line.value for line in page.markdown if "one: " in line.value)
    for run in runs:
        probability = expected[0].probabilities[run.id]
        line = (
            f"{run.name}: {'dogs' if probability > 0.5 else 'cats'} {format_percent(max(probability, 1 - probability))}"
        )
        assert line in caption


def test_the_images_on_which_runs_disagree_follow_the_threshold(app, make_run):
    runs = [make_run("model1", "one", 0.5, 1), make_run("model2", "two", 0.5, 2)]
    parts = {run.id: run.predictions().of_split("test") for run in runs}
    for threshold in (0.5, 0.9):
        page = app("evaluate", show=DISPUTED, threshold=str(threshold))
        assert files(page) == [example.path.rsplit("/", 1)[-1] for example in find_disagreements(parts, threshold)][:6]


def test_a_single_run_can_not_disagree(app, make_run):
    make_run()
    page = app("evaluate", show=DISPUTED)
    assert page.segmented_control(key="show").options == [CELL, HARDEST]


def test_the_run_in_focus_can_be_chosen_and_is_in_the_address(app, make_run):
    make_run("model1", "one", 0.5)
    second = make_run("model2", "two", 0.1)
    page = app("evaluate")
    page.selectbox(key="focus").set_value(second.id).run()
    assert page.query_params["focus"] == second.id
    assert metrics(page)["Accuracy at this threshold"] == format_percent(
        second.predictions().of_split("test").correct().mean()
    )


def test_an_image_opens_with_every_prediction_and_a_heatmap(app, make_run, catalog):
    runs = [make_run("model1", "one"), make_run("model2", "two", seed=2)]
    path = runs[0].predictions().of_split("test").paths[0]
    page = app("evaluate", photo=path)
    maps = [text for text in alternatives(page) if "under a heatmap of where" in text]
    assert maps == ["The image as the models see it, 160 × 160 pixels, under a heatmap of where one looks"]
    bars = next(chart.proto.alt for chart in page.get("plotly_chart") if "look-bars" in chart.proto.id)
    assert "one: " in bars
    assert "two: " in bars
    for run in runs:
        test = run.predictions().of_split("test")
        confidence = max(test.probabilities[0], 1 - test.probabilities[0])
        assert describe_band(find_band(compute_track_record(test), confidence)) in text_of(page)
    assert "where the model looks, not what it sees there" in text_of(page)
    page.selectbox(key="look").set_value(runs[1].id).run()
    assert any("where two looks" in text for text in alternatives(page))


def test_the_track_record_counts_the_test_images_whatever_split_is_shown(app, make_run):
    run = make_run(name="mine")
    page = app("evaluate", of="validation", details="Calibration")
    table = next(table.value for table in page.dataframe if "confidence" in table.value.columns)
    record = compute_track_record(run.predictions().of_split("test"))
    assert table["images"].tolist() == [band.count for band in record]
    assert table["right"].tolist() == [band.correct for band in record]
    assert table["confidence"].tolist()[-1] == "95% or more"


def test_temperature_scaling_shows_calibration_before_and_after(app, make_run):
    run = make_run(name="mine", noise=0.6)
    page = app("evaluate", details="Calibration")
    predictions = run.predictions()
    scaling = scale_temperature(predictions.of_split("validation"), predictions.of_split("test"))
    assert f"**T = {scaling.temperature:.2f}**" in text_of(page)
    table = next(table.value for table in page.dataframe if "before" in table.value.columns).set_index("")
    assert table.loc["Calibration error"].tolist() == [
        f"{100 * score.error:.1f} points" for score in (scaling.before, scaling.after)
    ]
    assert table.loc["Accuracy", "before"] == table.loc["Accuracy", "after"]
    assert table.loc["ROC area", "before"] == table.loc["ROC area", "after"]
    assert {line["name"].split(" (")[0] for line in chart(page, "temperature")} == {"calibrated", "before", "after"}
    assert f"about {100 * scaling.chance_error:.1f} points on these test images" in text_of(page)


def test_without_validation_answers_there_is_no_lesson(app, place, make_run, catalog):
    run = make_run()
    tested = [(*row, 0.7, "test") for row in zip(catalog.paths, catalog.labels, strict=True)]
    lines = ["path,label,probability,split", *(",".join(map(str, row)) for row in tested)]
    run.files.predictions.write_text("\n".join(lines) + "\n")
    page = app("evaluate", run=run.id, details="Calibration")
    assert "needs predictions for validation and for test images" in text_of(page)


@pytest.fixture
def inside(monkeypatch):
    """Stand in for a look inside model4: what counts lies in the upper left corner."""
    features = np.zeros((5, 5, 1), np.float32)
    features[0, 0] = 1
    seen = Activations(
        np.ones((32, 3, 3, 3), np.float32), np.ones((80, 80, 32), np.float32), features, np.ones(1, np.float32)
    )
    monkeypatch.setattr("catdog.inference.activations.compute_activations", lambda path, pixels: seen)


def test_model4_shows_what_each_place_adds_and_can_hide_places_too(app, make_run, inside):
    run = make_run("model4", "four")
    page = app("evaluate", photo=run.predictions().of_split("test").paths[0])
    assert "Each place also takes in much of its surroundings" in text_of(page)
    page = app("evaluate", photo=run.predictions().of_split("test").paths[0], how="occlusion")
    assert "can't show evidence that is in two places at once" in text_of(page)
    assert any("under a heatmap of where four looks" in text for text in alternatives(page))


def test_a_look_inside_shows_what_the_first_filters_find(app, make_run, inside):
    run = make_run("model1", "one")
    page = app("evaluate", photo=run.predictions().of_split("test").paths[0])
    assert "What each of the first 32 filters of one finds" in alternatives(page)


def test_a_model_without_activations_still_shows_where_it_looks(app, make_run):
    run = make_run("model1", "one")  # its file is no real model
    page = app("evaluate", photo=run.predictions().of_split("test").paths[0])
    assert any("under a heatmap of where one looks" in text for text in alternatives(page))
    assert ["can't be looked into" in error.value for error in page.error] == [True]


def test_an_image_that_does_not_exist_opens_nothing(app, make_run):
    make_run()
    page = app("evaluate", photo="../../etc/passwd")
    assert not any("under a heatmap" in text for text in alternatives(page))


def test_a_run_without_its_model_is_evaluated_without_heatmap(app, make_run, monkeypatch):
    def missing(path, name):
        raise RunError("The model is gone.")

    run = make_run()
    monkeypatch.setattr("catdog.inference.predictor.load_predictor", missing)
    run.files.tflite.unlink()
    page = app("evaluate", photo=run.predictions().of_split("test").paths[0])
    assert list(scores(page)) == [run.config.model]
    assert "is missing, so there is no heatmap" in text_of(page)


def test_a_missing_image_file_is_one_sentence_and_the_rest_shown(app, make_run, catalog):
    run = make_run(noise=0.5)
    app("evaluate")  # the images are decoded now
    gone = find_hard_examples({"it": run.predictions().of_split("test")}, 1)[0].path
    (catalog.root / gone).rename(catalog.root / f"{gone}.away")
    page = app("evaluate", photo=gone)
    assert list(scores(page)) == [run.config.model]
    assert "broken_image" in text_of(page) or page.error


@pytest.mark.parametrize(
    "content",
    ["path,label,probability,split\na.jpg,0,0.1,test\nb.jpg,1", None],
    ids=["half written", "missing"],
)
def test_missing_or_damaged_predictions_can_be_made_again(app, make_run, content):
    whole, broken = make_run("model1", "whole"), make_run("model2", "broken")
    if content is None:
        broken.files.predictions.unlink()
    else:
        broken.files.predictions.write_text(content)
    page = app("evaluate")
    assert list(scores(page)) == [whole.name]
    assert len(page.warning) == 1
    assert "broken" in page.warning[0].value
    assert button(page, "Predict with broken")


def test_predictions_that_are_no_numbers_are_not_used(app, make_run, catalog):
    run = make_run()
    write(run, catalog, [float("nan")] * len(catalog))
    page = app("evaluate")
    assert "are damaged" in text_of(page)
    assert not page.dataframe


def test_a_run_that_predicts_anew_is_evaluated_by_that(app, make_run, monkeypatch, catalog):
    run = make_run()
    before = run.predictions()
    run.files.predictions.unlink()
    calls = []

    def score(run, dataset, cache, progress):
        calls.append(run.id)
        return before

    monkeypatch.setattr("pages.components.evaluate.predictions.predict_dataset", score)
    page = app("evaluate")
    assert not calls
    button(page, f"Predict with {run.config.model}").click().run()
    assert scores(page)[run.config.model]["accuracy"] == pytest.approx(100 * before.of_split("test").correct().mean())
    page.run()
    assert calls == [run.id]


def test_a_run_that_still_trains_is_said_to_follow(app, make_run, place):
    done = make_run("model1", "done")
    run = create_run(place, TrainConfig("model2", source="drawn"), "busy")
    run.files.write_status(replace(run.status, state="running", **identify_process()))
    page = app("evaluate", run=[done.id, run.id])
    assert "busy is still training" in text_of(page)
    assert list(scores(page)) == ["done"]


@pytest.fixture
def birds(place, tmp_path):
    """A catalog of other images of other classes."""
    folder = coloured_folder(tmp_path / "birds", owls=40, wrens=40)
    return open_catalog(place, str(folder))


def test_runs_of_other_classes_are_told_with_their_own_names(app, make_run, birds):
    run = make_run(data=birds, classes=birds.classes, source=birds.source)
    page = app("evaluate", run=run.id, details="Per class")
    assert "**Precision** of wrens" in text_of(page)
    assert cells(page)[1].endswith("owls called wrens")
    assert [row["class"] for row in page.dataframe[-1].value.to_dict("records")] == ["owls", "wrens"]


def test_images_of_other_data_are_listed_by_name_and_never_shown(app, make_run, birds):
    run = make_run(data=birds, classes=birds.classes, source=birds.source)
    page = app("evaluate", run=run.id)
    assert "not on the data in use" in text_of(page)
    assert not files(page)
    assert "only their names can be shown" in text_of(page)
    names = next(table.value for table in page.dataframe if "file" in table.value.columns)["file"].tolist()
    assert names[0] in birds.paths


def test_runs_of_different_data_are_warned_of_and_never_share_a_chart(app, make_run, birds):
    here = make_run("model1", "here")
    there = make_run("model2", "there", data=birds, classes=birds.classes, source=birds.source)
    page = app("evaluate", run=[here.id, there.id])
    assert any("learned from different data" in warning.value for warning in page.warning)
    assert list(scores(page)) == ["here", "there"]
    named = " ".join(line["name"] for line in chart(app("evaluate", run=[here.id, there.id], details="Curves"), "roc"))
    assert "here" in named
    assert "there" not in named
    assert page.segmented_control(key="show").options == [CELL, HARDEST]


def test_a_run_of_other_data_can_be_evaluated_on_the_data_in_use(app, make_run, catalog, birds, monkeypatch):
    here = make_run("model1", "here")
    there = make_run("model2", "there", data=birds, source=birds.source)
    monkeypatch.setattr("pages.components.evaluate.predictions.predict_dataset", lambda run, *_: here.predictions())
    page = app("evaluate", run=[here.id, there.id], **{"data-of": HERE})
    assert not any("different data" in warning.value for warning in page.warning)
    assert "which it never learned from" in text_of(page)
    assert scores(page)["there"]["accuracy"] == scores(page)["here"]["accuracy"]


def test_a_run_that_stored_its_classes_in_the_other_order_scores_the_same(app, make_run):
    first, second = make_run("model1", "first"), make_run("model2", "second")
    lines = first.files.predictions.read_text().splitlines()
    rows = [line.split(",") for line in lines[1:]]
    turned = [f"{path},{1 - int(label)},{1 - float(p)},{split}" for path, label, p, split in rows]
    second.files.predictions.write_text("\n".join([lines[0], *turned]) + "\n")
    second.files.add_to_config(data=second.details["data"] | {"classes": ["Dogs", "Cats"]})
    page = app("evaluate", run=[first.id, second.id])
    assert not page.exception
    assert scores(page)["second"] | {"run": "first"} == pytest.approx(scores(page)["first"])
    page = app("evaluate", run=[first.id, second.id], details="Per class")
    labels = [row["class"] for row in page.dataframe[0].value.to_dict("records")]
    assert labels == ["cats", "dogs"] * 2


def test_a_run_of_other_classes_can_not_use_the_data_in_use(app, make_run, birds):
    here = make_run("model1", "here")
    there = make_run("model2", "there", data=birds, classes=birds.classes, source=birds.source)
    page = app("evaluate", run=[here.id, there.id], **{"data-of": HERE})
    assert "there learned to tell owls from wrens" in text_of(page)
    assert list(scores(page)) == ["here"]


def test_markup_in_a_runs_name_is_shown_as_it_is(app, make_run):
    evil = "<b>[x](http://evil)</b>**run**"
    run = make_run(name=evil)
    second = make_run("model2", name="other", seed=2)
    photo = run.predictions().of_split("test").paths[0]
    for details, key in (("Scores", None), ("Per class", None), ("Curves", "roc"), ("Calibration", "reliability")):
        page = app("evaluate", photo=photo, run=[run.id, second.id], details=details)
        text = text_of(page)
        assert "[x](http" not in text.replace("\\[x\\](http", "")
        assert "<b>" not in text.replace("\\<b\\>", "")
        assert key is None or "<b>" not in "".join(line["name"] for line in chart(page, key))


def test_a_run_deleted_while_it_is_shown_leaves_the_page_in_order(app, make_run, place):
    first, second = make_run("model1", "one"), make_run("model2", "two")
    page = app("evaluate", run=[first.id, second.id])
    delete_run(place, first)
    page.run()
    assert not page.exception
    assert list(scores(page)) == ["two"]
