"""The one bar of an active run: three stages whose shares come from earlier runs, and which never stands still."""

from itertools import pairwise

import pytest

from catdog.runs import Stages, measure_progress
from catdog.runs.progress import DEFAULT
from catdog.training import Status

STAGES = Stages(20.0, 160.0, 20.0)


def preparing(**more: object) -> Status:
    return Status("running", started=1000.0, epochs=4, **more)


def training(epoch: int, batch: int = 0) -> Status:
    return preparing(training_started=1020.0, epoch=epoch, batch=batch, batches=10)


def scoring() -> Status:
    return preparing(training_started=1020.0, epoch=4, batch=10, batches=10, scoring=True, scoring_started=1200.0)


def test_shares_of_the_stages_are_those_of_earlier_runs() -> None:
    assert measure_progress(preparing(), STAGES, now=1000.0).ends == (0.1, 0.9)
    assert measure_progress(preparing(), STAGES, now=1010.0).share == pytest.approx(0.05)
    assert measure_progress(training(1), STAGES).share == pytest.approx(0.1)
    assert measure_progress(training(3, 0), STAGES).share == pytest.approx(0.1 + 0.8 / 2)
    assert measure_progress(scoring(), STAGES, now=1210.0).share == pytest.approx(0.95)


def test_without_earlier_runs_the_bar_moves_all_the_same() -> None:
    progress = measure_progress(preparing(), None, now=1000.0 + DEFAULT.prepare / 2)
    assert (progress.stage, progress.seconds_left) == ("prepare", None)
    assert 0 < progress.share < progress.ends[0]
    assert measure_progress(training(1, 5), None).seconds_left is None


@pytest.mark.parametrize("status", [preparing(), scoring()])
def test_a_stage_that_takes_longer_grows_and_never_fills(status: Status) -> None:
    began = status.scoring_started or status.started
    shares = [measure_progress(status, STAGES, now=began + seconds).share for seconds in range(0, 300, 5)]
    assert all(before < after for before, after in pairwise(shares))
    assert shares[-1] < (1.0 if status.scoring else 0.1)


def test_the_whole_course_only_ever_moves_forward() -> None:
    moments = [(preparing(), 1000.0 + seconds) for seconds in range(60)]
    moments += [(training(epoch, batch), 1060.0) for epoch in range(1, 5) for batch in range(11)]
    moments += [(scoring(), 1200.0 + seconds) for seconds in range(60)]
    shares = [measure_progress(status, STAGES, now=now).share for status, now in moments]
    assert all(before <= after for before, after in pairwise(shares))
    assert (shares[0], shares[-1] > 0.99) == (0.0, True)


def test_the_time_left_includes_the_scoring() -> None:
    assert measure_progress(preparing(), STAGES, now=1005.0).seconds_left == pytest.approx(195.0)
    assert measure_progress(training(3), STAGES).seconds_left == pytest.approx(80.0 + 20.0)
    assert measure_progress(training(3), STAGES, training_left=30.0).seconds_left == pytest.approx(50.0)
    assert measure_progress(training(3), None, training_left=30.0).seconds_left == pytest.approx(30.0)
    assert measure_progress(scoring(), STAGES, now=1215.0).seconds_left == pytest.approx(5.0)
    assert measure_progress(scoring(), STAGES, now=1300.0).seconds_left == 0.0


def test_a_status_without_numbers_is_no_error() -> None:
    assert measure_progress(Status("running"), STAGES).share == 0.0
    assert measure_progress(Status("running", training_started=1.0), None).share == pytest.approx(DEFAULT.prepare / 100)
    assert measure_progress(Status("stopping", scoring=True), None).stage == "score"
    assert measure_progress(Status("running", started=5.0), Stages(0.0, 1.0, 0.0), now=6.0).share == 0.0
