"""What runs are called side by side."""

import shutil

import pytest

from catdog.comparison import label_runs
from catdog.models.specs import MODELS
from catdog.runs import create_run, list_runs, open_run
from catdog.training import TrainConfig
from catdog.training.recipes import make_config, make_quick_config


@pytest.fixture
def labels(settings):
    """Make a run of each configuration, with the names that runs get by themselves; return their labels in order."""

    def labels(*configs):
        runs = [create_run(settings, config) for config in configs]
        named = label_runs(runs)
        return [named[run.id] for run in runs]

    return labels


def rename(settings, run, **details):
    run.files.add_to_config(**details)
    return open_run(settings, run.id)


def test_a_run_that_nobody_named_is_called_by_its_model(labels):
    assert labels(*map(make_config, MODELS)) == list(MODELS)


def test_what_differs_tells_runs_of_a_model_apart(labels):
    assert labels(make_config("model1"), make_config("model1", seed=2)) == ["model1 · seed 1", "model1 · seed 2"]
    assert labels(make_config("model1"), make_config("model1", "tuned")) == ["model1 · Steady", "model1 · Tuned"]
    assert labels(make_config("model2"), make_config("model2", learning_rate=0.0003)) == [
        "model2 · Steady",
        "model2 · lr 0.0003",
    ]
    assert labels(make_config("model3"), make_config("model3", epochs=5)) == ["model3 · 20 epochs", "model3 · 5 epochs"]
    assert labels(make_config("model1"), make_config("model1", source="drawn")) == [
        "model1 · photos",
        "model1 · drawn images",
    ]


def test_a_quick_run_is_called_so(labels):
    assert labels(make_config("model4"), make_quick_config()) == ["model4", "model4 · quick"]
    assert labels(make_quick_config(), make_quick_config(fraction=0.5)) == [
        "model4 · quick · 100% of the data",
        "model4 · quick · 50% of the data",
    ]


def test_no_more_is_said_than_tells_a_run_apart(labels):
    tuned, first, second = make_config("model1", "tuned"), make_config("model1"), make_config("model1", seed=2)
    assert labels(tuned, first, second) == ["model1 · Tuned", "model1 · Steady · seed 1", "model1 · Steady · seed 2"]


def test_changed_augmentation_is_told_by_its_change(labels):
    original = make_config("model2")
    halved = make_config("model2", flip="horizontal_and_vertical", rotation=0.05)
    none = make_config("model2", flip="none", rotation=0.0)
    assert labels(original, halved, none) == ["model2 · Steady", "model2 · rotation ±18°", "model2 · no augmentation"]


def test_only_where_nothing_differs_the_time_is_told(settings):
    first, second = (
        rename(settings, create_run(settings, make_config("model1")), created=created) for created in (0.0, 86_400.0)
    )
    names = label_runs([first, second])
    assert names[first.id].startswith("model1 · ")
    assert [name.split(" · ")[1][2:6] for name in names.values()] == [" Jan", " Jan"]
    assert len(set(names.values())) == 2


def test_a_fine_tuned_run_says_so_once(settings):
    config = TrainConfig("model4", fine_tune_layers=20)
    named, unnamed = create_run(settings, config, "mine"), create_run(settings, config)
    both = create_run(settings, config, "fine-tuned more")
    head = create_run(settings, TrainConfig("model4"))
    assert list(label_runs([named, unnamed, both, head]).values()) == [
        "mine · fine-tuned",
        "model4 · fine-tuned",
        "fine-tuned more",
        "model4",
    ]


def test_a_name_that_somebody_gave_stays(settings):
    given = ("mine", "model1", "model1 at last", "model1: seed 2", "model1 26 Nov 15:13, good")
    runs = [create_run(settings, make_config("model2", seed=seed), name) for seed, name in enumerate(given)]
    assert tuple(label_runs(runs).values()) == given


def test_names_that_sweeps_and_ablations_give_are_no_given_names(settings):
    swept = create_run(settings, make_config("model1", seed=2), "model1: seed 2, learning rate 0.0001", sweep="rates")
    named = create_run(settings, make_config("model2"), "model2: the best", sweep="rates")
    ablation = create_run(
        settings, make_config("model3"), "model3 26 Nov 15:13, without augmentation", original=swept.id
    )
    assert list(label_runs([swept, named, ablation]).values()) == [
        "model1",
        "model2: the best",
        "model3 · without augmentation",
    ]


def test_runs_of_one_given_name_are_told_apart(settings):
    first, second = (create_run(settings, make_config("model1", seed=seed), "same") for seed in (1, 2))
    taken = create_run(settings, make_config("model1"), "same · seed 1")
    names = label_runs([first, second, taken])
    assert names[second.id] == "same · seed 2"
    assert len(set(names.values())) == 3


def test_copies_of_a_run_folder_are_told_apart(settings):
    run = create_run(settings, TrainConfig("model1"))
    shutil.copytree(run.folder, settings.runs / f"copy-{run.id}")
    assert len(set(label_runs(list_runs(settings)).values())) == 2
