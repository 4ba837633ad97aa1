"""The forced stop: a training that does not hear the wish to stop is cut, and all that it has reached is kept.

The processes are real, and really stuck (tests/stuck.py); their network is a small one.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from catdog import runs
from catdog.runs import Run
from catdog.settings import PROJECT, Settings
from catdog.training import ACTIVE, RunFolder, Status, TrainConfig, force_stop, reporter
from catdog.training.history import read_history
from catdog.training.reporter import Reporter
from tests.stuck import can_get_stuck

EPOCHS = 4


@pytest.fixture(autouse=True)
def _processes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Runs that are launched can get stuck; what a test has started ends with it."""
    can_get_stuck(monkeypatch)
    yield
    for run in runs.list_runs(settings):
        if run.state in ACTIVE and run.status.pid not in (None, os.getpid()):
            os.kill(run.status.pid, signal.SIGKILL)


@pytest.fixture
def start(settings: Settings, picture_folder: Path) -> Callable[[str], Run]:
    """Start a run that gets stuck at a place, "" for nowhere, and wait until it is."""

    def start(place: str) -> Run:
        config = TrainConfig("model3", str(picture_folder), EPOCHS, batch_size=8, learning_rate=0.01)
        run = runs.create_run(settings, config)
        if place:
            (run.folder / "stuck").write_text(place)
        runs.start_run(settings, run)
        if place:
            wait_for(settings, run, lambda _: (run.folder / "is-stuck").exists())
            (run.folder / "stuck").unlink()
        return run

    return start


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


def test_a_training_stuck_in_a_step_is_cut_and_history_best_model_and_scores_are_kept(settings, start) -> None:
    run, after = start("step 3"), start("")
    stuck = runs.open_run(settings, run.id)
    asked = time.monotonic()
    runs.stop_run(settings, run)
    states, messages = [], set()
    while not states or states[-1][0] in ACTIVE:
        assert time.monotonic() < asked + 120
        next_one = runs.open_run(settings, after.id).state  # looked at first: it may start as soon as this one ends
        now = runs.open_run(settings, run.id)
        states.append((now.state, next_one))
        messages.add(now.status.message)
        pid = now.status.pid or stuck.status.pid
        assert pid == stuck.status.pid
        time.sleep(0.02)
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
    assert not psutil.pid_exists(stuck.status.pid) or psutil.Process(stuck.status.pid).status() == "zombie"

    kept = read_history(now.files.history)
    runs.resume_run(settings, now)
    done = wait_for(settings, run, has_ended)
    assert done.state == "done", done.log_tail()
    assert epochs_of(done) == [1, 2, 3, 4]
    assert read_history(done.files.history)[:2] == kept


def test_a_training_stuck_before_its_first_epoch_ended_is_stopped_with_nothing(settings, start) -> None:
    run = start("step 1")
    os.kill(runs.open_run(settings, run.id).status.pid, signal.SIGTERM)  # which no stuck Python could hear
    stopped = wait_for(settings, run, has_ended)
    assert (stopped.state, stopped.status.error, stopped.usable, epochs_of(stopped)) == ("stopped", "", False, [])
    assert stopped.resumable


@pytest.mark.parametrize("way", ["a forced stop", "a kill"])
def test_an_end_in_the_middle_of_writing_a_checkpoint_loses_nothing_older(settings, start, way: str) -> None:
    run = start("write 2")
    assert not run.files.checkpoint.exists()
    if way == "a kill":
        os.kill(runs.open_run(settings, run.id).status.pid, signal.SIGKILL)
        wait_for(settings, run, lambda now: now.state == "interrupted", seconds=5)
    else:
        runs.stop_run(settings, run)
        wait_for(settings, run, lambda now: now.state == "stopped")
    ended = runs.open_run(settings, run.id)
    before = read_history(ended.files.history)
    assert [epoch.epoch for epoch in before] == [1]
    assert ended.usable == (way == "a forced stop")
    runs.resume_run(settings, ended)
    done = wait_for(settings, run, has_ended)
    assert done.state == "done", done.log_tail()
    assert epochs_of(done) == [1, 2, 3, 4]
    assert read_history(done.files.history)[:1] == before
    assert not list(done.folder.glob("checkpoint*"))


def test_runs_that_fail_say_why_in_one_sentence_and_the_queue_goes_on_to_the_next(
    settings, start, picture_folder, tmp_path
) -> None:
    kept = settings.runs / ".slot-0.lock"
    settings.runs.mkdir()
    settings = replace(settings, backbone_weights=tmp_path / "nothing.h5")
    broken = tmp_path / "broken"
    for name in ("cats", "dogs"):
        (broken / name).mkdir(parents=True)
        for number in range(12):
            (broken / name / f"{number}.jpg").write_bytes(b"no picture")
    with FileLock(kept):  # all wait until the last is there
        unreadable = runs.launch(settings, TrainConfig("model1", str(broken)))
        weightless = runs.launch(settings, TrainConfig("model4", str(picture_folder)))
        hungry = runs.create_run(settings, TrainConfig("model3", str(picture_folder), EPOCHS, batch_size=8))
        (hungry.folder / "stuck").write_text("memory 2")
        runs.start_run(settings, hungry)
        last = start("")
    assert wait_for(settings, last, has_ended).state == "done"
    ended = [runs.open_run(settings, run.id) for run in (unreadable, weightless, hungry)]
    assert [run.state for run in ended] == ["failed"] * 3
    errors = [run.status.error for run in ended]
    assert str(broken) in errors[0]
    assert str(settings.backbone_weights) in errors[1]
    assert errors[2] == "The memory did not suffice: choose a smaller batch size, or close other programs."
    assert all(error.count("\n") == 0 and error.endswith(".") for error in errors)
    assert epochs_of(ended[2]) == [1]
    assert all(run.resumable for run in ended)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    folder.write_status(Status(epochs=3))
    return folder


def test_a_training_has_ten_seconds_to_hear_the_wish_itself() -> None:
    assert reporter.GRACE == 10.0


def test_only_a_wish_that_is_not_heard_is_enforced_and_never_while_scores_are_made(folder, monkeypatch) -> None:
    monkeypatch.setattr(reporter, "GRACE", 0.5)
    forced_at: list[Status] = []
    with Reporter(folder, 3, force=lambda _, status: forced_at.append(status)) as telling:
        time.sleep(1.2)
        assert forced_at == []  # nobody asked
        folder.stop.touch()
        end = time.monotonic() + 20
        while not forced_at:
            assert time.monotonic() < end
            time.sleep(0.02)
        telling.leave_in_peace()
        told = len(forced_at)
        time.sleep(1.2)
        assert len(forced_at) == told


def test_without_a_way_to_end_it_a_training_goes_on_until_it_hears(folder, monkeypatch) -> None:
    monkeypatch.setattr(reporter, "GRACE", 0.1)
    folder.stop.touch()
    with Reporter(folder, 3):
        time.sleep(1.2)
        assert folder.read_status().state == "running"


class Replaced(Exception):  # noqa: N818
    """The process would be another one by now, or gone."""


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What force would have done to this process."""
    done: list[str] = []

    def end(name: str) -> Callable[..., None]:
        def call(*_: object) -> None:
            done.append(name)
            raise Replaced

        return call

    monkeypatch.setattr(force_stop.os, "execv", end("replaced"))
    monkeypatch.setattr(force_stop.os, "_exit", end("ended"))
    return done


def test_a_best_model_that_has_its_scores_is_not_scored_again(folder, ends) -> None:
    folder.model.write_text("model")
    with pytest.raises(Replaced):
        force_stop.force(folder, folder.read_status())
    assert (ends, folder.read_status().state) == (["replaced"], "stopping")
    folder.evaluation.write_text("{}")
    with pytest.raises(Replaced):
        force_stop.force(folder, folder.read_status())
    assert (ends, folder.read_status().state) == (["replaced", "ended"], "stopped")


def test_where_no_other_process_can_be_had_the_training_still_ends(folder, ends, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(force_stop.os, "execv", refuse)
    folder.model.write_text("model")
    folder.stop.touch()
    with pytest.raises(Replaced):
        force_stop.force(folder, replace(folder.read_status(), epoch=2))
    status = folder.read_status()
    assert (ends, status.state, status.epoch, status.pid) == (["ended"], "stopped", 2, None)
    assert not folder.stop.exists()


@pytest.mark.parametrize("arguments", [[], ["nowhere"], ["a", "b"]])
def test_the_process_that_scores_says_how_it_is_called(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "catdog.training.force_stop", *arguments]
    called = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert (called.returncode, called.stderr[:6]) == (2, "usage:")
    assert "Traceback" not in called.stderr
