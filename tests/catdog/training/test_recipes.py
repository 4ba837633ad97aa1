"""Recipes: what they set, and which one a run's settings are."""

from dataclasses import replace

import pytest

from catdog.errors import UsageError
from catdog.models.specs import MODELS
from catdog.training import TrainConfig
from catdog.training.ablation import list_ablations
from catdog.training.config import AUGMENTATIONS
from catdog.training.recipes import (
    FREE,
    RECIPES,
    describe_config,
    describe_extras,
    describe_recipe,
    find_closest,
    list_changes,
    list_recipes,
    make_config,
    make_quick_config,
    recipe_of,
)

ALL = [(recipe, model) for recipe in RECIPES for model in MODELS]


@pytest.mark.parametrize("model", list(MODELS))
def test_as_published_is_what_the_notebook_does(model: str) -> None:
    assert make_config(model, "published") == TrainConfig(model)


@pytest.mark.parametrize("model", list(MODELS))
def test_steady_is_the_default_and_changes_the_learning_rate_and_its_schedule_only(model: str) -> None:
    assert make_config(model) == make_config(model, "steady")
    published = make_config(model, "published")
    steady = replace(make_config(model), **{name: getattr(published, name) for name in ("learning_rate", "schedule")})
    assert replace(steady, clip_norm=published.clip_norm) == published


@pytest.mark.parametrize(("recipe", "model"), ALL)
def test_a_recipes_settings_are_that_recipe_however_long_and_on_whatever_they_train(recipe: str, model: str) -> None:
    free = {"source": "drawn", "epochs": 3, "seed": 9, "fraction": 0.5, "exact": True, "patience": 2}
    config = make_config(model, recipe, **free, restore_best=False)
    assert set(free) | {"restore_best", "model"} == set(FREE)
    assert recipe in list_recipes(config)
    assert make_config(model, recipe_of(config), **free, restore_best=False) == config
    assert RECIPES[recipe].title in describe_recipe(config)
    assert find_closest(config) == recipe_of(config)


@pytest.mark.parametrize(("recipe", "model"), ALL)
@pytest.mark.parametrize(
    "change",
    [
        *({"learning_rate": 0.0123}, {"batch_size": 8}, {"schedule": "plateau"}, {"zoom": 0.5}, {"flip": "vertical"}),
        *({"label_smoothing": 0.33}, {"weight_decay": 0.123}, {"clip_norm": 3.21}),
    ],
)
def test_any_other_setting_is_no_recipe(recipe: str, model: str, change: dict) -> None:
    config = make_config(model, recipe, **change)
    assert recipe_of(config) == ""
    assert describe_recipe(config) == "settings of its own"
    assert list_changes(config, recipe).items() >= change.items()


@pytest.mark.parametrize("model", list(MODELS))
def test_the_models_own_augmentation_in_other_words_is_the_same_recipe(model: str) -> None:
    own = MODELS[model].augmentation
    config = make_config(model, flip=own.flip, rotation=own.rotation)
    assert recipe_of(config) == "steady"
    assert list_changes(config, "steady") == {}


def test_other_pixels_are_no_recipe_and_the_models_own_in_other_words_are_one() -> None:
    assert recipe_of(make_config("model2", scaling=True)) == ""
    assert recipe_of(make_config("model3", scaling=True)) == "steady"
    assert recipe_of(make_config("model3", scaling=False)) == ""


def test_fine_tuning_is_no_recipes_own_but_may_follow_one() -> None:
    tuned = make_config("model4", fine_tune_layers=20)
    assert recipe_of(tuned) == ""
    assert describe_recipe(tuned) == "Steady, then fine-tuned"
    assert describe_recipe(make_config("model4", fine_tune_layers=20, batch_size=8)) == "settings of its own"
    assert recipe_of(make_config("model4", fine_tune_epochs=9)) == "steady"  # which counts with layers only


def test_the_closest_recipe_is_that_with_the_fewest_changes() -> None:
    assert find_closest(TrainConfig("model1", batch_size=8)) == "published"
    assert find_closest(make_config("model1", batch_size=8)) == "steady"
    assert find_closest(make_config("model2", "tuned", batch_size=8)) == "tuned"
    # the tuned recipe can't say "the model's own augmentation"
    assert find_closest(make_config("model2", "tuned", **dict.fromkeys(AUGMENTATIONS))) == "steady"


def test_settings_are_told_in_a_few_words() -> None:
    assert describe_config(make_config("model1", "published")) == "20 epochs · learning rate 0.001"
    assert describe_config(make_config("model2", "published", epochs=1)) == "1 epoch · learning rate 0.001"
    words = describe_config(make_config("model3", "tuned"))
    assert words.startswith(f"{RECIPES['tuned'].epochs} epochs · learning rate")
    assert ", cosine" in words
    assert "flipped left-right at random" in words
    tuned = make_config("model4", fine_tune_layers=56)
    assert describe_config(tuned).endswith("then top 56 layers, 6 epochs at 0.0001")


def test_the_extras_are_named_where_they_are_on() -> None:
    assert describe_extras(TrainConfig("model1")) == {}
    config = TrainConfig("model1", label_smoothing=0.1, weight_decay=0.01, clip_norm=1.5)
    expected = {"Label smoothing": "0.1", "Weight decay": "0.01", "Gradients clipped at norm": "1.5"}
    assert describe_extras(config) == expected


@pytest.mark.parametrize("name", ["", "best", "Steady", "x" * 100])
def test_any_other_name_is_a_usage_error_of_one_sentence(name: str) -> None:
    with pytest.raises(UsageError, match="choose one of steady, published, tuned") as error:
        make_config("model1", name)
    assert len(str(error.value)) < 120


def test_a_quick_training_is_no_recipes():
    quick = make_quick_config("drawn", 0.5, 3)
    assert (list_recipes(quick), recipe_of(quick)) == ([], "")
    assert describe_recipe(quick) == "Quick: the last layer, fitted at once"
    assert describe_config(quick) == "only the last layer, fitted at once · images as they are"
    assert (quick.variant, quick.augmentation.active, quick.total_epochs) == ("model4 quick", False, 1)
    assert list_ablations(quick) == []
