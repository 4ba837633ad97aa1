"""Trainings that hang, die or fail: all that they have reached is kept, and the queue goes on.

The processes are real, and really stuck (tests/stuck.py); their network is a small one, or where the question is only
which of them runs when, there is none.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from catdog import runs
from catdog.runs import Run
from catdog.runs.executors import local
from catdog.settings import Settings
from catdog.training import ACTIVE, TrainConfig, loop
from catdog.training.history import read_history
from catdog.training.worker import work
from tests.stuck import find_trainer, let_runs_get_stuck, small_network
from tests.waiting import is_alive

EPOCHS = 4
LIGHT = "state = 'done'"  # a training without TensorFlow
LIGHT_AND_STUCK = "reporter.epoch_begin(0); from tests.stuck import get_stuck; get_stuck(folder.path)"


@pytest.fixture(autouse=True)
def _processes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Runs that are launched can get stuck; what a test has started ends with it."""
    let_runs_get_stuck(monkeypatch)
    yield
    for run in runs.list_runs(settings):
        if run.state in ACTIVE and run.status.pid not in (None, os.getpid()):
            os.kill(run.status.pid, signal.SIGKILL)


@pytest.fixture
def start(settings: Settings, picture_folder: Path) -> Callable[..., Run]:
    """Start a new run that gets stuck somewhere, or whose training is a light one (tests/stuck.py)."""

    def start(stuck: str = "", train: str = "") -> Run:
        config = TrainConfig("model3", str(picture_folder), EPOCHS, batch_size=8, learning_rate=0.01)
        run = runs.create_run(settings, config)
        for name, content in (("stuck", stuck), ("train.py", train)):
            if content:
                (run.folder / name).write_text(content)
        runs.start_run(settings, run)
        return run

    return start


def wait_until_stuck(settings: Settings, run: Run) -> None:
    """Wait until a run that is to get stuck is; the next time it is not."""
    mark = run.folder / "is-stuck"
    wait_for(settings, run, lambda _: mark.exists())
    mark.unlink()
    (run.folder / "stuck").unlink(missing_ok=True)


def resume_here(settings: Settings, run: Run, patch: pytest.MonkeyPatch) -> Run:
    """Resume a run in this process, which saves the start of TensorFlow, and return it at its end."""
    with patch.context() as patched:
        patched.setattr(loop, "build_model", small_network)
        patched.setattr(local, "start", lambda settings, files: None)
        runs.resume_run(settings, runs.open_run(settings, run.id))
        assert work(run.files, settings) == 0
    return runs.open_run(settings, run.id)


def wait_for(settings: Settings, run: Run, condition: Callable[[Run], object], seconds: float = 120) -> Run:
    end = time.monotonic() + seconds
    while not condition(now := runs.open_run(settings, run.id)):
        assert now.state != "failed", now.log_tail()
        assert time.monotonic() < end, f"it did not happen in time: {now.status} {now.log_tail()}"
        time.sleep(0.02)
    return now


def has_ended(run: Run) -> bool:
    return run.state not in ACTIVE


def epochs_of(run: Run) -> list[int]:
    return [epoch.epoch for epoch in read_history(run.files.history)]


def test_a_stuck_training_is_cut_and_what_it_reached_kept(settings, start, monkeypatch) -> None:
    run, after = start(stuck="step 3"), start(train=LIGHT)
    wait_until_stuck(settings, run)
    stuck = runs.open_run(settings, run.id)
    trainer = find_trainer(run)
    end = time.monotonic() + 120
    runs.stop_run(settings, run)
    states, messages = [], set()
    while not states or states[-1][0] in ACTIVE:
        assert time.monotonic() < end
        # the next run is looked at first: it may start as soon as this one ends
        state_after = runs.open_run(settings, after.id).state
        now = runs.open_run(settings, run.id)
        states.append((now.state, state_after))
        messages.add(now.status.message)
        assert now.status.pid in (stuck.status.pid, None)
        time.sleep(0.01)
    # shown as stopping until it is true, and its slot is not the next run's before
    assert set(states) == {("stopping", "queued"), ("stopped", "queued")}
    assert "leaving the step that does not end" in messages
    assert "starting TensorFlow" in messages  # once more, to make the scores
    assert epochs_of(now) == [1, 2]
    assert now.status.best_val_accuracy == max(now.history()["val_accuracy"])
    assert now.evaluation["validation"]["accuracy"] == pytest.approx(now.best_val_accuracy, abs=1e-5)
    assert now.usable
    assert now.status.error == ""
    assert not now.files.stop.exists()

    finished = wait_for(settings, after, has_ended)
    assert finished.state == "done", finished.log_tail()
    assert not any(map(is_alive, (trainer.pid, stuck.status.pid)))

    kept = read_history(now.files.history)
    done = resume_here(settings, run, monkeypatch)
    assert done.state == "done", done.log_tail()
    assert epochs_of(done) == [1, 2, 3, 4]
    assert read_history(done.files.history)[:2] == kept


def test_a_training_stuck_in_its_first_epoch_is_stopped_with_nothing(settings, start) -> None:
    run = start(train=LIGHT_AND_STUCK)
    wait_until_stuck(settings, run)
    os.kill(runs.open_run(settings, run.id).status.pid, signal.SIGTERM)  # which no stuck Python could hear
    stopped = wait_for(settings, run, has_ended)
    assert (stopped.state, stopped.status.error, stopped.usable, epochs_of(stopped)) == ("stopped", "", False, [])
    assert stopped.resumable


@pytest.mark.slow
def test_an_end_while_a_checkpoint_is_written_loses_nothing_older(settings, start, monkeypatch) -> None:
    run = start(stuck="write 2")
    histories = []
    for way in ("a killed trainer", "a killed supervisor", "a forced stop"):
        wait_until_stuck(settings, run)
        assert not run.files.checkpoint.exists()
        trainer, supervisor = find_trainer(run).pid, run.files.read_status().pid
        if way == "a forced stop":
            runs.stop_run(settings, run)
            wait_for(settings, run, lambda now: now.state == "stopped")
        else:
            os.kill(trainer if way == "a killed trainer" else supervisor, signal.SIGKILL)
            wait_for(settings, run, lambda now: now.state == "interrupted")
        wait_for(settings, run, lambda _, ended=(trainer, supervisor): not any(map(is_alive, ended)))
        ended = runs.open_run(settings, run.id)
        histories.append(read_history(ended.files.history))
        assert epochs_of(ended) == [1]
        assert ended.usable == (way == "a forced stop")
        if way != "a forced stop":
            (run.folder / "stuck").write_text("write 1")  # the second epoch's, once more
            runs.resume_run(settings, ended)
    done = resume_here(settings, run, monkeypatch)
    assert done.state == "done", done.log_tail()
    assert epochs_of(done) == [1, 2, 3, 4]
    assert histories == [read_history(done.files.history)[:1]] * 3
    assert not list(done.folder.glob("checkpoint*"))


def test_a_run_that_fails_says_why_and_the_queue_goes_on(settings, start, tmp_path) -> None:
    kept = settings.runs / ".slot-0.lock"
    settings.runs.mkdir()
    with FileLock(kept):  # all wait until the last is there
        lost = runs.create_run(settings, TrainConfig("model4", str(tmp_path / "gone")))
        runs.start_run(settings, lost)
        last = start(train=LIGHT)
    assert wait_for(settings, last, has_ended).state == "done"
    ended = runs.open_run(settings, lost.id)
    assert (ended.state, ended.resumable) == ("failed", True)
    assert str(tmp_path / "gone") in ended.status.error
    assert ended.status.error.count("\n") == 0
    assert ended.status.error.endswith(".")
