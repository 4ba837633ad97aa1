"""The notebook's curves: complete, and in keeping with the scores that its text gives."""

import pytest

from catdog.models.published import CURVES
from catdog.models.specs import MODELS


def test_every_model_has_both_curves_of_twenty_epochs() -> None:
    assert list(CURVES) == list(MODELS)
    for curves in CURVES.values():
        assert {name: len(values) for name, values in curves.items()} == {"accuracy": 20, "val_accuracy": 20}


def test_every_value_is_an_accuracy_above_guessing() -> None:
    assert all(0.5 <= value <= 1 for curves in CURVES.values() for line in curves.values() for value in line)


@pytest.mark.parametrize("name", list(MODELS))
def test_the_best_of_each_curve_is_near_the_score_in_the_text(name: str) -> None:
    published = MODELS[name].published
    assert max(CURVES[name]["accuracy"]) == pytest.approx(published.best_accuracy, abs=0.02)
    assert max(CURVES[name]["val_accuracy"]) == pytest.approx(published.best_val_accuracy, abs=0.02)
