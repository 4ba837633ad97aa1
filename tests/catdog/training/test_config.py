"""TrainConfig: the notebook's defaults, and one sentence for every value that can't be used."""

import json
import math
from dataclasses import replace

import pytest

from catdog.augmentation.config import Augmentation
from catdog.errors import UsageError
from catdog.models.specs import MODELS
from catdog.training import TrainConfig
from catdog.training.config import augmentation_settings

EFFECTS = {"flip": "vertical", "rotation": 0.1, "zoom": 0.2, "translation": 0.3} | {
    "contrast": 0.4,
    "brightness": 0.5,
    "fill": "wrap",
}


def test_the_defaults_are_those_of_the_notebook() -> None:
    assert TrainConfig("model1").to_dict() == {
        "model": "model1",
        "source": "photos",
        "epochs": 20,
        "batch_size": 32,
        "learning_rate": 0.001,
        "seed": 1,
        "fraction": 1.0,
        "exact": False,
        "patience": 0,
        "schedule": "constant",
        "restore_best": True,
        "flip": None,
        "rotation": None,
        "zoom": None,
        "translation": None,
        "contrast": None,
        "brightness": None,
        "fill": None,
        "label_smoothing": 0.0,
        "weight_decay": 0.0,
        "clip_norm": 0.0,
        "fine_tune_layers": 0,
        "fine_tune_epochs": 6,
        "fine_tune_rate": 0.0001,
        "scaling": None,
        "quick": False,
    }


@pytest.mark.parametrize("name", list(MODELS))
def test_settings_survive_config_json(name: str) -> None:
    helps = {"label_smoothing": 0.1, "weight_decay": 0.01, "clip_norm": 1.5, "scaling": True}
    config = TrainConfig(name, "/some/folder", 3, 16, 0.01, 7, 0.5, True, 2, "cosine", False, **EFFECTS, **helps)
    assert TrainConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_length_and_rate_of_no_fine_tuning_make_no_difference() -> None:
    plain = TrainConfig("model4")
    unused = replace(plain, fine_tune_epochs=9, fine_tune_rate=0.01)
    assert unused == plain
    assert len({plain, unused, replace(plain, seed=2)}) == 2
    assert unused.fine_tune_epochs == 9  # a sweep over layers may still need it
    assert replace(unused, fine_tune_layers=20) != replace(plain, fine_tune_layers=20)
    assert plain != plain.to_dict()


def test_fine_tuning_is_counted_and_named_only_where_there_is_some() -> None:
    plain, tuned = TrainConfig("model4"), TrainConfig("model4", fine_tune_layers=56, fine_tune_epochs=6)
    assert (plain.total_epochs, plain.variant, plain.fine_tuning) == (20, "model4", "")
    assert (tuned.total_epochs, tuned.variant) == (26, "model4 fine-tuned")
    assert tuned.fine_tuning == "top 56 layers, 6 epochs at 0.0001"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"model": "model3", "fine_tune_layers": 56}, "model3 has no pretrained layers to fine-tune: choose model4"),
        ({"fine_tune_layers": 2}, "layers to fine-tune is 2, but must be a whole number from 3 to 153"),
        ({"fine_tune_layers": 154}, "from 3 to 153"),
        ({"fine_tune_layers": True}, "from 3 to 153"),
        ({"fine_tune_layers": 5.0}, "from 3 to 153"),
        ({"fine_tune_layers": 5, "fine_tune_epochs": 0}, "fine-tuning epochs is 0"),
        ({"fine_tune_layers": 5, "epochs": 999, "fine_tune_epochs": 2}, "epochs with those of fine-tuning is 1001"),
        ({"fine_tune_rate": 0}, "fine-tuning rate is 0, but must be over 0"),
        ({"fine_tune_rate": math.nan}, "fine-tuning rate"),
    ],
)
def test_fine_tuning_out_of_bounds_is_one_sentence(values: dict, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        TrainConfig(**({"model": "model4"} | values))


def test_the_smallest_and_largest_values_are_allowed() -> None:
    TrainConfig("model4", epochs=1, batch_size=1, learning_rate=1e-9, seed=0, fraction=0.001)
    TrainConfig("model4", epochs=1000, batch_size=1024, learning_rate=1, seed=2**32 - 1, fraction=1)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("model", ["model5", "", "Model1"]),
        ("source", ["", None, 3]),
        ("epochs", [0, -1, 1001, 2.0, "3", None, True]),
        ("batch_size", [0, -8, 1025, 1.5, "32"]),
        ("learning_rate", [0, -0.1, 1.1, math.nan, math.inf, "0.1", None, True]),
        ("seed", [-1, 2**32, 0.5, "0"]),
        ("exact", ["yes", 1, None]),
        ("patience", [-1, 1001, 1.5, "3", None, True]),
        ("schedule", ["", "linear", None, ["cosine"]]),
        ("restore_best", ["yes", 0, None]),
        ("flip", ["", "sideways", 3, ["none"]]),
        ("rotation", [-0.1, 0.51, math.nan, "0.1"]),
        ("zoom", [-0.1, 0.95, math.nan, "0.1"]),
        ("translation", [-0.1, 1.1, "0.1"]),
        ("contrast", [-0.1, 1.1]),
        ("brightness", [-0.1, 1.1]),
        ("fill", ["", "mirror", 3]),
        ("label_smoothing", [-0.1, 1, math.nan, "0.1", None, True]),
        ("weight_decay", [-0.1, 1.1, math.nan, None]),
        ("clip_norm", [-1, math.inf, "1", None]),
        ("scaling", ["yes", 1, 0]),
        ("fraction", [0, -0.5, 1.01, math.nan, "1"]),
    ],
)
def test_any_other_value_is_refused_in_one_sentence_that_names_it(name: str, values: list) -> None:
    for value in values:
        with pytest.raises(UsageError) as error:
            TrainConfig(**({"model": "model1"} | {name: value}))
        message = str(error.value)
        assert message.endswith(".")
        assert message.count(". ") == 0
        assert repr(value) in message or "empty" in message


def test_unknown_names_are_left_out_and_missing_get_defaults() -> None:
    assert TrainConfig.from_dict({"model": "model2", "from_the_future": 3}) == TrainConfig("model2")


@pytest.mark.parametrize("name", list(MODELS))
def test_the_augmentation_is_the_models_own_unless_told_otherwise(name: str) -> None:
    own = MODELS[name].augmentation
    assert TrainConfig(name).augmentation == own
    assert TrainConfig(name, flip="none", rotation=0.0).augmentation == Augmentation()
    assert TrainConfig(name, flip="vertical").augmentation == Augmentation("vertical", own.rotation)
    assert TrainConfig(name, rotation=0.1).augmentation == Augmentation(own.flip, 0.1)
    assert TrainConfig(name, zoom=0.2, fill="wrap").augmentation == replace(own, zoom=0.2, fill="wrap")


@pytest.mark.parametrize("name", list(MODELS))
@pytest.mark.parametrize("augmentation", [Augmentation(), Augmentation("vertical"), Augmentation(**EFFECTS)])
def test_an_augmentation_makes_settings_that_give_it_to_every_model(name: str, augmentation: Augmentation) -> None:
    settings = augmentation_settings(augmentation)
    assert TrainConfig(name, **settings).augmentation == augmentation
    assert {"flip", "rotation"} <= set(settings)


def test_pixels_are_scaled_as_the_model_does_unless_told_otherwise() -> None:
    assert [TrainConfig(name).scaled for name in MODELS] == [False, False, True, True]
    assert TrainConfig("model1", scaling=True).scaled
    assert not TrainConfig("model3", scaling=False).scaled
    with pytest.raises(UsageError, match="can't do without scaled pixels"):
        TrainConfig("model4", scaling=False)


def test_settings_from_before_other_effects_mean_the_same() -> None:
    config = TrainConfig.from_dict({"model": "model4", "flip": "vertical", "rotation": 0.1})
    assert config == TrainConfig("model4", flip="vertical", rotation=0.1)
    assert config.augmentation == Augmentation("vertical", 0.1)


@pytest.mark.parametrize("values", [None, [], "model1", {}, {"model": None}, {"model": ["model1"]}, {"epochs": 3}])
def test_damaged_settings_are_a_usage_error_and_nothing_else(values: object) -> None:
    with pytest.raises(UsageError):
        TrainConfig.from_dict(values)
