"""Training on the real photos with the real weights reaches what the notebook promises."""

import numpy as np
import pytest

from catdog.datasets import TEST, VALIDATION, open_dataset
from catdog.inference.predictor import load_predictor
from catdog.runs import Run
from catdog.settings import Settings
from catdog.training import TrainConfig
from tests.photos.conftest import train

pytestmark = [pytest.mark.photos, pytest.mark.slow]


@pytest.fixture(scope="module")
def trained(photos_settings: Settings) -> Run:
    """model4 after three epochs on half of the training photos, trained as a user would train it."""
    return train(photos_settings, TrainConfig("model4", epochs=3, fraction=0.5))


def test_three_epochs_of_half_the_photos_pass_94_and_92_percent(trained: Run) -> None:
    assert trained.best_val_accuracy > 0.94
    assert trained.test_accuracy > 0.92


def test_it_is_scored_on_the_192_test_photos_and_validated_on_808(trained: Run) -> None:
    assert trained.evaluation[TEST]["photos"] == 192
    assert trained.evaluation[VALIDATION]["photos"] == 808
    assert trained.evaluation[VALIDATION]["accuracy"] == pytest.approx(trained.best_val_accuracy, abs=1e-5)


def test_litert_answers_the_test_photos_as_keras_did(trained: Run, photos_settings: Settings) -> None:
    dataset = open_dataset(photos_settings)
    rows = dataset.catalog.indices(TEST)
    expected = trained.predictions().probabilities
    assert len(expected) == len(dataset.catalog)
    np.testing.assert_allclose(
        load_predictor(trained.files.tflite, trained.name).predict(dataset.pixels[rows]), expected[rows], atol=1e-4
    )


def test_the_run_says_which_weights_it_started_from(trained: Run, photos_settings: Settings) -> None:
    assert trained.details["weights"]["path"] == str(photos_settings.backbone_weights)
    assert trained.details["weights"]["source"]
