"""What the models are made of, side by side."""

import pytest

from catdog.errors import UsageError
from catdog.models.facts import list_changed_facts, list_facts
from catdog.models.specs import MODELS


def test_every_model_has_the_same_facts():
    assert len({tuple(list_facts(name)) for name in MODELS}) == 1
    assert list_facts("model4")["Trained parameters"] == "1,281"


def test_only_what_differs_is_a_change():
    assert list_changed_facts("model2", "model1") == [
        "What is new",
        "Augmentation",
        "Convolutions",
        "Outputs",
        "Parameters",
        "Trained parameters",
    ]
    assert list_changed_facts("model3", "model3") == []


def test_an_unknown_model_is_one_sentence():
    with pytest.raises(UsageError):
        list_facts("model5")
