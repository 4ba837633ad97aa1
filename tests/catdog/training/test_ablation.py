"""Ablations: which make sense for a training, and that each changes one thing."""

from dataclasses import replace
from datetime import datetime

import pytest

from catdog.augmentation.config import Augmentation
from catdog.models.specs import MODELS
from catdog.training import TrainConfig
from catdog.training.ablation import MAX_NAME, find_phrase, list_ablations, make_ablation_title, name_ablation
from catdog.training.recipes import make_config

NO_AUGMENTATION, SCALED, RAW = "without augmentation", "with scaled pixels", "with raw pixels"
HALF = "with half the rotation"


@pytest.mark.parametrize(
    ("config", "phrases"),
    [
        (TrainConfig("model1"), [SCALED]),
        (TrainConfig("model2"), [NO_AUGMENTATION, SCALED, HALF]),
        (TrainConfig("model3"), [NO_AUGMENTATION, RAW, HALF]),
        (TrainConfig("model4"), [NO_AUGMENTATION, HALF]),
        (TrainConfig("model1", rotation=0.1, scaling=True), [NO_AUGMENTATION, RAW, HALF]),
        (TrainConfig("model2", flip="horizontal", rotation=0.0), [NO_AUGMENTATION, SCALED]),
        (make_config("model3", "tuned"), [NO_AUGMENTATION, RAW, HALF]),
    ],
)
def test_only_what_makes_sense_is_offered(config: TrainConfig, phrases: list[str]) -> None:
    assert [ablation.phrase for ablation in list_ablations(config)] == phrases


@pytest.mark.parametrize("recipe", ["steady", "tuned"])
@pytest.mark.parametrize("model", list(MODELS))
def test_each_changes_one_thing_and_keeps_all_else(model: str, recipe: str) -> None:
    config = make_config(model, recipe, seed=7, batch_size=8)
    own = config.augmentation
    augmentations = {NO_AUGMENTATION: Augmentation(), HALF: replace(own, rotation=own.rotation / 2)}
    for ablation in list_ablations(config):
        changed = ablation.config
        assert changed.augmentation == augmentations.get(ablation.phrase, own)
        assert changed.scaled == {SCALED: True, RAW: False}.get(ablation.phrase, config.scaled)
        kept = {"flip", "rotation", "zoom", "translation", "contrast", "brightness", "fill", "scaling"}
        assert replace(changed, **{name: getattr(config, name) for name in kept}) == config
        assert find_phrase(config, changed) == ablation.phrase


def test_any_other_run_is_no_ablation() -> None:
    config = TrainConfig("model2")
    assert find_phrase(config, config) == ""
    assert find_phrase(config, replace(config, seed=2)) == ""
    assert find_phrase(config, replace(config, flip="none", rotation=0.0, seed=2)) == ""


def test_the_names_say_which_run_and_which_change() -> None:
    first, *_ = list_ablations(TrainConfig("model2"))
    assert name_ablation("mine", first) == "mine, without augmentation"
    longest = name_ablation("x" * 80, first)
    assert len(longest) == MAX_NAME
    assert longest.endswith("x, without augmentation")
    assert make_ablation_title("mine", datetime(2026, 11, 26, 15, 10)) == "Ablations of mine, 26 Nov 15:10"
