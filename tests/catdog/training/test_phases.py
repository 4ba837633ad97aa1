"""The phases of a run follow from its settings and its finished epochs alone."""

import pytest

from catdog.models.fine_tuning import count_trained_weights
from catdog.training import TrainConfig
from catdog.training.history import Epoch
from catdog.training.phases import (
    count_head_epochs,
    count_planned_epochs,
    describe_fine_tuning,
    explain_early_end,
    find_phase,
    is_run_over,
    next_learning_rate,
)

HEAD_ONLY = TrainConfig("model4", epochs=4)
TUNED = TrainConfig("model4", epochs=4, fine_tune_layers=20, fine_tune_epochs=3, fine_tune_rate=0.0002)
PATIENT = TrainConfig("model4", epochs=6, patience=2, fine_tune_layers=20, fine_tune_epochs=4)


def epochs_of(*accuracies: float) -> list[Epoch]:
    """Finished epochs with these validation accuracies."""
    return [Epoch(number, 1.0, 0.5, 0.7, accuracy, 0.7) for number, accuracy in enumerate(accuracies, 1)]


def test_a_run_without_fine_tuning_has_one_phase() -> None:
    for finished in range(5):
        phase = find_phase(HEAD_ONLY, epochs_of(*[0.9] * finished))
        assert (phase.fine_tunes, phase.first, phase.last, len(phase.finished)) == (False, 1, 4, finished)
    assert not is_run_over(HEAD_ONLY, epochs_of(0.9, 0.9, 0.9))
    assert is_run_over(HEAD_ONLY, epochs_of(0.9, 0.9, 0.9, 0.9))
    assert count_head_epochs(HEAD_ONLY, epochs_of(0.9, 0.9, 0.9, 0.9)) is None


def test_fine_tuning_begins_as_the_heads_last_epoch_has_ended() -> None:
    phases = [find_phase(TUNED, epochs_of(*[0.9] * finished)) for finished in range(8)]
    assert [phase.fine_tunes for phase in phases] == [False] * 4 + [True] * 4
    assert [len(phase.finished) for phase in phases] == [0, 1, 2, 3, 0, 1, 2, 3]
    assert (phases[4].first, phases[4].last) == (5, 7)
    assert [is_run_over(TUNED, epochs_of(*[0.9] * finished)) for finished in range(8)] == [False] * 7 + [True]
    assert count_planned_epochs(TUNED, []) == count_planned_epochs(TUNED, epochs_of(*[0.9] * 5)) == 7


def test_each_phase_has_its_own_rate_and_schedule() -> None:
    rates = [next_learning_rate(TUNED, epochs_of(*[0.9] * finished)) for finished in range(7)]
    assert rates == [0.001] * 4 + [0.0002] * 3
    cosine = TrainConfig(
        "model4", epochs=2, schedule="cosine", fine_tune_layers=20, fine_tune_epochs=2, fine_tune_rate=0.0002
    )
    rates = [next_learning_rate(cosine, epochs_of(*[0.9] * finished)) for finished in range(4)]
    assert rates == pytest.approx([0.001, 0.0005, 0.0002, 0.0001])


def test_patience_ends_the_head_and_fine_tuning_follows_at_once() -> None:
    waited = epochs_of(0.8, 0.9, 0.9, 0.85)
    phase = find_phase(PATIENT, waited)
    assert (phase.fine_tunes, phase.first, phase.last) == (True, 5, 8)
    assert not is_run_over(PATIENT, waited)
    assert count_planned_epochs(PATIENT, waited) == 8
    assert count_planned_epochs(PATIENT, waited[:3]) == 10


def test_patience_counts_the_epochs_of_fine_tuning_by_themselves() -> None:
    dips = (0.8, 0.9, 0.9, 0.85, 0.7, 0.75)  # below the head's best, but getting better
    assert not is_run_over(PATIENT, epochs_of(*dips))
    assert not is_run_over(PATIENT, epochs_of(*dips, 0.74))
    over = epochs_of(*dips, 0.74, 0.73)
    assert is_run_over(PATIENT, over)
    assert explain_early_end(PATIENT, over) == (
        "the head's training ended early after epoch 4: no better validation accuracy for 2 epochs"
    )
    sooner = epochs_of(0.8, 0.9, 0.9, 0.85, 0.7, 0.65, 0.6)
    assert is_run_over(PATIENT, sooner)
    assert explain_early_end(PATIENT, sooner) == (
        "the head's training ended early after epoch 4: no better validation accuracy for 2 epochs; "
        "ended early after epoch 7: no better validation accuracy for 2 epochs"
    )


def test_the_fine_tuning_is_described_with_what_came_of_it() -> None:
    settings, done = "top 20 layers, 3 epochs at 0.0002", epochs_of(0.8, 0.9, 0.9, 0.9, 0.9, 0.95, 0.9)
    assert describe_fine_tuning(HEAD_ONLY, epochs_of(0.9, 0.9)) == ""
    assert describe_fine_tuning(TUNED, epochs_of(0.9, 0.9)) == f"{settings}; not reached"
    kept = f"{count_trained_weights(20):,} of its parameters were trained, its batch normalization was not"
    assert describe_fine_tuning(TUNED, done) == f"{settings}, after epoch 4; {kept}"
    equal = epochs_of(0.8, 0.9, 0.9, 0.9, 0.9, 0.9)  # of equals the first is kept, which is the head's
    assert describe_fine_tuning(TUNED, equal) == f"{settings}, after epoch 4; this model is of an epoch before it"


def test_nothing_is_said_where_no_phase_ended_early() -> None:
    assert explain_early_end(TUNED, epochs_of(*[0.9] * 7)) == ""
    assert explain_early_end(HEAD_ONLY, epochs_of(*[0.9] * 4)) == ""
