"""The settings in which runs differ, and those that are the same."""

import pytest

from catdog.comparison import diff_settings
from catdog.runs import create_run, open_run
from catdog.training import TrainConfig
from catdog.training.ablation import list_ablations
from catdog.training.recipes import make_config, make_quick_config


@pytest.fixture
def make(settings):
    """Make a run with these settings and details."""

    def make(model="model1", details=None, **config):
        run = create_run(settings, TrainConfig(model, config.pop("source", "photos"), **config))
        run.files.add_to_config(**details or {})
        return open_run(settings, run.id)

    return make


def test_only_what_differs_is_told(make):
    differences = diff_settings([make(epochs=20), make(epochs=5, seed=3), make(epochs=20)])
    assert differences == {"Epochs": ["20", "5", "20"], "Seed": ["1", "3", "1"]}


def test_what_follows_from_the_model_is_not_told_again(make):
    assert diff_settings([make("model1"), make("model2"), make("model3")]) == {}


def test_an_augmentation_that_somebody_chose_is_told(make):
    differences = diff_settings([make("model2"), make("model2", flip="none", rotation=0.0)])
    assert differences["Augmentation"][0] == "the model's own"
    assert differences["Augmentation"][1] != "the model's own"


def test_data_weights_excluded_images_and_versions_are_told(make):
    first = make(details={"weights": {"source": "ImageNet"}, "versions": {"keras": "3.12"}, "device": "CPU"})
    second = make(source="drawn", details={"data": {"excluded": {"pictures": 7}}, "versions": {"keras": "3.13"}})
    differences = diff_settings([first, second])
    assert differences["Data"] == ["photos", "drawn images"]
    assert differences["Excluded images"] == ["0", "7"]
    assert differences["Weights it started from"] == ["ImageNet", "random"]
    assert differences["Version of keras"] == ["3.12", "3.13"]
    assert differences["Device"] == ["CPU", "–"]


def test_corrected_labels_are_told(make):
    corrected = {"pictures": 3, "digest": "abcdef"}
    differences = diff_settings([make(), make(details={"data": {"corrected": corrected}})])
    assert differences == {"Labels": ["as in the files", "3 corrected (list abcd)"]}


@pytest.mark.parametrize("runs", [0, 1])
def test_nothing_differs_where_there_is_nothing_to_differ_from(make, runs):
    assert diff_settings([make() for _ in range(runs)]) == {}


def test_the_setting_that_an_ablation_changes_is_the_only_difference(make) -> None:
    original = make("model2")
    expected = {"without augmentation": "Augmentation", "with half the rotation": "Augmentation"}
    expected |= {"with scaled pixels": "Pixel values"}
    for ablation in list_ablations(original.config):
        changed = make("model2", **{key: value for key, value in ablation.config.to_dict().items() if key != "model"})
        assert list(diff_settings([original, changed])) == [expected.pop(ablation.phrase)]
    assert not expected


def test_the_recipe_is_a_difference_only_where_no_recipe_is_common_to_all(make) -> None:
    assert "Recipe" not in diff_settings([make("model1"), make("model4")])  # model4's steady one is the published one
    steady = make("model1", learning_rate=make_config("model1").learning_rate)
    assert diff_settings([steady, make("model1")])["Recipe"] == ["Steady", "As published"]
    differences = diff_settings([steady, make("model1"), make("model1", label_smoothing=0.1, clip_norm=2.0)])
    assert "Recipe" not in differences  # of settings that are no recipe it would say less than they do
    assert differences["Label smoothing"] == ["none", "none", "0.1"]
    assert differences["Gradient clipping"] == ["none", "none", "at norm 2"]
    assert "Weight decay" not in differences


def test_settings_that_do_not_count_for_a_quick_run_are_not_told(settings):
    runs = [create_run(settings, config) for config in (make_quick_config(), TrainConfig("model4"))]
    rows = diff_settings(runs)
    assert rows["Trained"] == ["quick: the last layer, fitted at once", "in epochs"]
    assert (rows["Epochs"], rows["Learning rate"]) == (["–", "20"], ["–", "0.001"])
    assert "Recipe" not in rows
