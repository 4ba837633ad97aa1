"""The diagnosis of a run from its folder, and whether a remedy has helped."""

import math
from dataclasses import replace

import pytest

from catdog.comparison import Verdict, describe_outcome, describe_turn, diagnose_run, find_run_turn
from catdog.runs import create_run, open_run
from catdog.settings import Settings
from catdog.training import TrainConfig
from catdog.training.recipes import make_quick_config
from catdog.training.reporter import NOT_A_NUMBER

COUNTS = {"training": {"cats": 1000, "dogs": 1000}, "validation": {"cats": 404, "dogs": 404}}


@pytest.fixture
def make(tmp_path):
    """Make a run: make(counts=…, state="done", error="", fingerprint="f", **settings)."""
    place = Settings(home=tmp_path)

    def make(counts=COUNTS, state="done", error="", fingerprint="f", **config):
        run = create_run(place, TrainConfig(**({"model": "model3", "learning_rate": 0.0003} | config)))
        run.files.add_to_config(data={"counts": counts, "fingerprint": fingerprint, "baseline": 0.5})
        run.files.write_status(replace(run.status, state=state, error=error))
        return open_run(place, run.id)

    return make


def history(accuracy, val_accuracy, val_loss=0.6, loss=0.5, epochs=6):
    values = {"accuracy": accuracy, "loss": loss, "val_accuracy": val_accuracy, "val_loss": val_loss}
    columns = {name: [value] * epochs if isinstance(value, float) else value for name, value in values.items()}
    return columns | {"epoch": list(range(1, epochs + 1))}


def test_the_number_of_photos_decides_what_counts_as_learned(make):
    curves = history(0.57, 0.57, loss=0.66)
    few = {"training": {"cats": 50, "dogs": 50}, "validation": {"cats": 20, "dogs": 20}}
    assert diagnose_run(make(), curves).verdict == Verdict.UNDERFITS
    assert diagnose_run(make(few), curves).verdict == Verdict.NOT_LEARNED
    assert diagnose_run(make({}), curves).verdict == Verdict.UNDERFITS  # a run that tells no counts


def test_classes_of_different_size_are_guessed_otherwise(make):
    uneven = {"training": {"cats": 800, "dogs": 200}, "validation": {"cats": 400, "dogs": 100}}
    diagnosis = diagnose_run(make(uneven), history(0.8, 0.8, loss=0.5, val_loss=0.5))
    assert diagnosis.verdict == Verdict.NOT_LEARNED
    assert "no better than guessing (80.0%)" in diagnosis.seen


def test_a_training_that_failed_with_nan_has_diverged(make):
    error = f"{NOT_A_NUMBER} in epoch 1: start again with a smaller learning rate."
    assert diagnose_run(make(state="failed", error=error), {}).verdict == Verdict.DIVERGED
    assert diagnose_run(make(state="failed", error="The disk is full."), {}) is None


def test_the_turn_is_described_with_the_runs_own_numbers(make):
    run = make(model="model1")
    losses = [0.66, 0.62, 0.7, 0.9, 1.2, 1.9]
    curves = history(0.9, 0.66, losses, [0.69, 0.6, 0.4, 0.2, 0.1, 0.05])
    text = describe_turn(run, find_run_turn(run, curves))
    assert text.startswith("Validation loss rises from 0.62 in epoch 2 to 1.90 in epoch 6")
    assert "stays near 66.0%" in text
    fallen = curves | {"val_accuracy": [0.7, 0.72, 0.6, 0.6, 0.6, 0.6]}
    assert "goes from 72.0% to 60.0%" in describe_turn(run, find_run_turn(run, fallen))


@pytest.mark.parametrize(
    ("verdict", "before", "after", "words"),
    [
        ("underfits", (0.6, 0.6), (0.7, 0.7), "It helped: validation accuracy went from 60.0% to 70.0%"),
        ("underfits", (0.6, 0.6), (0.6, 0.62), "It changed no more than chance can"),
        ("underfits", (0.7, 0.7), (0.6, 0.6), "It made things worse"),
        ("overfits", (0.99, 0.66), (0.7, 0.66), "It helped: the gap went from 33.0 to 4.0 points"),
        ("overfits", (0.99, 0.66), (0.55, 0.55), "It narrowed the gap at the price of accuracy"),
        ("overfits", (0.7, 0.66), (0.72, 0.66), "It changed no more than chance can: the gap went"),
    ],
)
def test_a_change_must_be_larger_than_chance_can_make_it(make, verdict, before, after, words):
    outcome = describe_outcome(verdict, make(), make(epochs=40), (history(*before), history(*after)))
    assert outcome.startswith(words)
    assert "with 808 validation images" in outcome


def test_chance_is_that_of_two_accuracies_on_so_many_photos(make):
    outcome = describe_outcome("underfits", make(), make(), (history(0.5, 0.5), history(0.9, 0.9)))
    points = 196 * math.sqrt(0.25 / 808 + 0.09 / 808)
    assert f"a change of less than {points:.1f} points can be chance" in outcome


def test_runs_on_other_data_are_not_compared(make):
    outcome = describe_outcome("overfits", make(), make(fingerprint="g"), (history(0.9, 0.6), history(0.7, 0.6)))
    assert "other data" in outcome


def test_a_remedy_for_a_loss_that_was_no_number_has_helped_if_it_trains_to_the_end(make):
    outcome = describe_outcome("diverged", make(), make(), ({}, history(0.7, 0.66)))
    assert outcome == "It helped: it trained to the end, with a validation accuracy of 66.0%."
    assert "did not help" in describe_outcome("diverged", make(), make(), ({}, history(0.7, 0.66, math.nan)))


def test_without_counts_nothing_is_said_of_chance(make):
    outcome = describe_outcome("fits", make({}), make({}), (history(0.7, 0.66), history(0.7, 0.7)))
    assert "can't be ruled out" in outcome


def test_one_row_of_a_quick_run_is_a_diagnosis_without_a_trend(settings):
    run = create_run(settings, make_quick_config())
    row = {"epoch": [1], "accuracy": [0.99], "loss": [0.03], "val_accuracy": [0.97], "val_loss": [0.07]}
    diagnosis = diagnose_run(run, row)
    assert (diagnosis.verdict, diagnosis.remedy) == (Verdict.FITS, None)
    memorized = diagnose_run(run, row | {"accuracy": [1.0], "val_accuracy": [0.7], "val_loss": [0.9]})
    assert memorized.verdict == Verdict.OVERFITS
    assert memorized.remedy.phrase == "in epochs"
