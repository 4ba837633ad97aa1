"""The Models page, driven through Streamlit's AppTest."""

import json

import pytest

from catdog.comparison import label_runs
from catdog.models.differences import describe_changes
from catdog.models.specs import MODELS
from catdog.models.summary import list_layers
from catdog.runs import create_run, list_runs
from catdog.training import TrainConfig
from tests.pages.conftest import button, coloured_folder, text_of


@pytest.fixture
def score(trained):
    """Make a finished run with a validation accuracy: score("model2", 0.7, source="photos")."""

    def make(model, best, source="photos", test=0.75):
        return trained(model, source=source, validation=best, test=test)

    return make


def heading(page):
    """The name of the model that is shown."""
    return page.header[0].value.partition(":")[0]


def metrics(page):
    """The large numbers on the page, by their labels."""
    return {metric.label: metric.value for metric in page.metric}


def compare_buttons(page):
    """The buttons that lead to the curves of runs."""
    return [element for element in page.button if element.label.startswith("Compare")]


@pytest.mark.parametrize("name", MODELS)
def test_each_model_shows_its_drawing_layers_sums_and_loss(app, name):
    page = app("models", model=name)
    assert heading(page) == name
    rows = page.dataframe[0].value.to_dict("records")
    assert [(row["name"], row["kind"], row["output"], row["parameters"]) for row in rows] == [
        (layer.name, layer.kind, str(layer.output), layer.parameters) for layer in list_layers(name)
    ]
    assert all(f"of {len(rows)} of {name}: " in chart.proto.alt for chart in page.get("plotly_chart"))
    charts = [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]
    assert sum(len(chart["data"][0]["x"]) for chart in charts) == len(rows)
    assert metrics(page)["Parameters in total"] == f"{MODELS[name].parameters:,}"
    assert metrics(page)["Trained"] == f"{MODELS[name].trainable_parameters:,}"
    assert f"**{MODELS[name].loss}**" in text_of(page)
    assert MODELS[name].idea in text_of(page)


def test_the_backbone_is_frozen_and_published_scores_stand_alone(app):
    page = app("models", model="model4")
    values = metrics(page)
    assert (values["Trained"], values["Frozen"], values["Size as float32"]) == ("1,281", "2,257,984", "9 MB")
    rows = page.dataframe[0].value.to_dict("records")
    assert {row["kind"]: row["trained"] for row in rows if row["trained"]} == {"Functional": "frozen", "Dense": "yes"}
    assert (values["Validation, reference course"], values["Test, reference course"]) == ("97%", "99.0%")
    assert values["Validation, yours on photos"] == values["Test, yours on photos"] == "–"
    assert "You have not trained model4 on photos yet" in text_of(page)
    assert not compare_buttons(page)


def test_an_address_that_names_no_model_shows_the_first(app):
    page = app("models", model="<script>")
    assert heading(page) == "model1"
    assert "only guessing" in text_of(page)
    assert not page.error


def test_choosing_a_model_shows_what_it_changes_and_leads_to_training(app):
    page = app("models")
    assert heading(page) == "model1"
    page.segmented_control(key="model").set_value("model3").run()
    assert heading(page) == "model3"
    assert f"model3 makes {describe_changes('model3')}." in text_of(page)
    button(page, "Train model3").click().run()
    assert page.title[0].value == "Train"
    assert page.query_params["models"] == "model3"


def test_the_best_run_on_photos_stands_beside_the_published_scores(app, place, score):
    score("model1", 0.66, test=0.64)
    best = score("model1", 0.71, test=0.69)
    score("model1", 0.62, test=0.70)
    score("model2", 0.9)
    page = app("models", model="model1")
    values = metrics(page)
    assert (values["Validation, yours on photos"], values["Test, yours on photos"]) == ("71.0%", "69.0%")
    assert f"by validation accuracy, is **{label_runs(list_runs(place))[best.id]}**" in text_of(page)


def test_runs_on_other_data_are_never_passed_off_as_photos(app, score, tmp_path):
    score("model1", 0.93, source="drawn", test=0.91)
    score("model1", 0.88, source=str(coloured_folder(tmp_path / "my_pets", cats=20, dogs=20)))
    page = app("models", model="model1")
    words = text_of(page)
    assert metrics(page)["Validation, yours on photos"] == "–"
    assert "On drawn images: validation accuracy 93.0%, test accuracy 91.0%" in words
    assert "On images of my_pets: validation accuracy 88.0%" in words
    assert words.count("can't be compared with the reference course") == 2
    assert "You have not trained model1 on photos yet" in words


def test_a_run_that_has_no_epoch_behind_it_counts_for_nothing(app, place):
    create_run(place, TrainConfig("model1", source="photos"))
    page = app("models")
    assert metrics(page)["Validation, yours on photos"] == "–"
    assert not compare_buttons(page)


def test_the_four_stand_side_by_side_with_changes_in_bold(app, score):
    score("model2", 0.81, source="drawn")
    table = next(element.value for element in app("models").markdown if element.value.startswith("|  | model1"))
    rows = {cells[1].strip(): [cell.strip() for cell in cells[2:-1]] for cells in map(split, table.splitlines())}
    assert rows["Dropout"] == [":gray[50%]", ":gray[50%]", "**75%**", "**40%**"]
    assert rows["Your best"] == ["–", "81.0%", "–", "–"]


def test_any_two_models_can_be_compared(app):
    words = text_of(app("models", model="model4", against="model1"))
    assert "| Pixel values | 0 to 255 | −1 to 1 |" in words
    assert "Choose two different models" in text_of(app("models", model="model2", against="model2"))


def split(line):
    return line.split("|")


def test_a_button_leads_to_the_curves_of_its_runs_on_this_data(app, score):
    score("model1", 0.7, source="photos")
    runs = [score("model1", best, source="drawn") for best in (0.8, 0.9)]
    score("model2", 0.9, source="drawn")
    page = app("models")
    button(page, "Compare the runs of model1").click().run()
    assert page.title[0].value == "Compare"
    assert set(page.query_params["run"]) == {run.id for run in runs}


def test_the_page_names_the_classes_of_the_data_in_use(app, monkeypatch, tmp_path):
    folder = coloured_folder(tmp_path / "pets", parrots=20, rabbits=20)
    monkeypatch.setenv("CATDOG_FOLDERS", str(folder))
    page = app("models", data=str(folder), model="model2")
    assert "that of rabbits" in text_of(page)
    assert "cats" not in text_of(page).replace("cats or dogs", "")
