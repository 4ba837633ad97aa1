"""The model card says whether, and how, the network inside was fine-tuned."""

import pytest

from catdog.export import FORMATS
from catdog.export.model_card import render_model_card
from catdog.export.package import ExportCheck
from catdog.models.fine_tuning import count_trained_weights
from catdog.runs import open_run
from catdog.training import TrainConfig
from catdog.training.history import Epoch, write_history

CHECK = ExportCheck("8 images", pictures=8, largest=0.0, average=0.0, changed=0, tolerance=1e-4)
TUNED = {"epochs": 2, "fine_tune_layers": 56, "fine_tune_epochs": 2}


@pytest.fixture
def card(copy):
    """A function that gives the card of a run of model4 with these settings, after these validation accuracies."""

    def render(accuracies: tuple[float, ...], **values: object) -> str:
        settings, run = copy
        run.files.add_to_config(config=TrainConfig("model4", run.config.source, **values).to_dict())
        write_history(run.files.history, [Epoch(n, 1.0, 0.9, 0.2, share, 0.2) for n, share in enumerate(accuracies, 1)])
        return render_model_card(open_run(settings, run.id), FORMATS["keras"], CHECK)

    return render


def test_a_fine_tuned_run_says_what_was_trained_and_since_when(card):
    words = card((0.8, 0.9, 0.9, 0.95), **TUNED)
    assert "- Epochs: 4, of which 4 finished" in words
    assert "- Fine-tuning: top 56 layers, 2 epochs at 0.0001, after epoch 2; " in words
    assert f"{count_trained_weights(56):,} of its parameters were trained, its batch normalization was not" in words
    assert "The MobileNetV2 inside, of which the top 56 layers were fine-tuned, started from: " in words


def test_a_run_that_was_stopped_before_its_fine_tuning_is_not_called_fine_tuned(card):
    words = card((0.8,), **TUNED)
    assert "2 epochs at 0.0001; not reached" in words
    assert "The frozen MobileNetV2 inside started from: " in words


def test_a_model_of_an_epoch_before_the_fine_tuning_is_not_called_fine_tuned(card):
    words = card((0.8, 0.95, 0.9, 0.95), **TUNED)
    assert "after epoch 2; this model is of an epoch before it" in words
    assert "The frozen MobileNetV2 inside started from: " in words
    assert "of which the top 56 layers" in card((0.8, 0.95, 0.9, 0.9), restore_best=False, **TUNED)


def test_without_fine_tuning_the_card_is_silent_about_it(card):
    words = card((0.8, 0.9), epochs=2)
    assert "ine-tun" not in words
    assert "The frozen MobileNetV2 inside started from: " in words
