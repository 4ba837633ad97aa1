"""Every kind of check: a right case, wrong cases, and that the reason says what was seen."""

from catdog.lessons.checks import check_task
from tests.catdog.lessons.conftest import make_task

TRAIN = {
    "kind": "run",
    "model": "model1",
    "measures": {"gap": {"min": 15, "advice": "train it for 20 epochs so that it has time to memorize."}},
}


def test_a_run_that_fulfils_the_conditions_passes_with_its_numbers(make_run, workspace):
    run = make_run(accuracy=0.99, val_accuracy=0.65)
    outcome = check_task(make_task(**TRAIN), workspace(run))
    assert outcome.passed
    assert outcome.reason == "Your model1 has a gap of 34.0 points after 20 epochs."
    assert outcome.evidence["run"] == run.id
    assert outcome.evidence["gap"] == 34.0


def test_a_run_that_does_not_says_what_was_seen_and_what_to_do(make_run, workspace):
    outcome = check_task(make_task(**TRAIN), workspace(make_run(accuracy=0.7, val_accuracy=0.61, epochs=5)))
    assert not outcome.passed
    assert outcome.reason == (
        "Your model1 has a gap of 9.0 points after 5 epochs; this task needs "
        "at least 15.0 points. Train it for 20 epochs so that it has time to memorize."
    )
    assert outcome.evidence == {}
