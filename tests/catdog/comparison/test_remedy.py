"""What a diagnosis advises."""

import pytest

from catdog.augmentation.config import Augmentation
from catdog.comparison import Remedy, Verdict, apply_remedy
from catdog.comparison.remedy import choose_remedy
from catdog.training import TrainConfig
from catdog.training.config import AUGMENTATIONS, MAX_EPOCHS, augmentation_settings
from catdog.training.recipes import make_quick_config

TURNED = augmentation_settings(Augmentation("horizontal", 0.4, zoom=0.3, contrast=0.2))


@pytest.mark.parametrize(
    ("verdict", "config", "changes"),
    [
        (Verdict.DIVERGED, {"learning_rate": 0.3}, {"learning_rate": 0.0003}),
        (Verdict.DIVERGED, {"learning_rate": 0.0003}, {"learning_rate": 0.00003}),
        (Verdict.RATE_TOO_HIGH, {"learning_rate": 0.01}, {"learning_rate": 0.0003}),
        (Verdict.RATE_TOO_LOW, {"learning_rate": 1e-6}, {"learning_rate": 0.0003}),
        (Verdict.NOT_LEARNED, {"learning_rate": 0.0003}, {"learning_rate": 0.0001}),
        (Verdict.NOT_LEARNED, {"learning_rate": 0.0006}, {"learning_rate": 0.0003}),
        (Verdict.UNSTABLE, {"learning_rate": 0.0003, "schedule": "cosine"}, {"learning_rate": 0.0001}),
        (Verdict.UNSTABLE, {"learning_rate": 0.003}, {"learning_rate": 0.0003}),
        (Verdict.IMPROVING, {"epochs": 20, "patience": 3}, {"epochs": 40, "patience": 0}),
        (Verdict.IMPROVING, {"epochs": MAX_EPOCHS}, None),
        (Verdict.UNDERFITS, {"model": "model1"}, None),
        (
            Verdict.UNDERFITS,
            TURNED,
            dict.fromkeys(AUGMENTATIONS),
        ),
        (Verdict.OVERFITS, {"fraction": 0.3}, {"fraction": 0.6}),
        (Verdict.OVERFITS, {"fraction": 0.7}, {"fraction": 1.0}),
        (Verdict.OVERFITS, {"model": "model1"}, {"flip": "horizontal", "rotation": 0.1}),
        (Verdict.OVERFITS, {}, {"zoom": 0.2, "contrast": 0.2}),
        (Verdict.OVERFITS, TURNED, {"patience": 3}),
        (Verdict.OVERFITS, TURNED | {"patience": 3}, None),
        (Verdict.FITS, {}, None),
    ],
)
def test_each_verdict_has_its_remedy(verdict, config, changes):
    settings = TrainConfig(**({"model": "model2"} | config))
    advice, remedy = choose_remedy(verdict, settings, 0.0003)
    assert advice.endswith(".")
    assert (remedy and dict(remedy.changes)) == changes
    if remedy:
        assert apply_remedy(settings, remedy) != settings


def test_what_is_memorized_without_being_learned_gets_augmentation():
    _, remedy = choose_remedy(Verdict.NOT_LEARNED, TrainConfig("model1"), 0.0003, memorized=True)
    assert remedy.phrase == "with augmentation"
    assert choose_remedy(Verdict.NOT_LEARNED, TrainConfig("model2"), 0.0003, memorized=True)[1] is None


def test_a_remedy_changes_nothing_else():
    config = TrainConfig("model1", epochs=7, seed=5, zoom=0.1)
    assert apply_remedy(config, Remedy({"epochs": 14})) == TrainConfig("model1", epochs=14, seed=5, zoom=0.1)


def test_the_remedy_for_a_quick_run_is_a_training_in_epochs():
    quick = make_quick_config("drawn", fraction=0.5, seed=7)
    advice, remedy = choose_remedy(Verdict.OVERFITS, quick, 0.001)
    assert advice.endswith("train model4 in epochs, with augmentation.")
    assert apply_remedy(quick, remedy) == TrainConfig("model4", "drawn", fraction=0.5, seed=7)
    assert choose_remedy(Verdict.FITS, quick, 0.001)[1] is None
