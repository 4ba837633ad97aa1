"""A training in real processes: watched, killed in the middle of an epoch, resumed, terminated, resumed here, done.

Its network is a small one, and slow where that gives the time to look (tests/stuck.py).
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from catdog import runs
from catdog.runs import Run
from catdog.runs.executors import local
from catdog.settings import Settings
from catdog.training import ACTIVE, TrainConfig, loop
from catdog.training.history import Epoch, read_history
from catdog.training.worker import work
from tests.stuck import find_trainer, let_runs_get_stuck, small_network
from tests.waiting import is_alive, wait_for

EPOCHS = 4


@dataclass(frozen=True)
class Watched:
    """What was seen of a run until some moment: the run then, its finished epochs, and all that happened."""

    run: Run
    history: list[Epoch]
    moments: list[float]
    states: list[str]
    messages: list[str]


def watch(settings: Settings, run_id: str, until: Callable[[Run], bool]) -> Watched:
    """Look at a run as its page does until a condition holds."""
    moments, states, messages = [], [], []
    end = time.monotonic() + 240
    while True:
        run = runs.open_run(settings, run_id)
        for seen, value in ((moments, run.status.updated), (states, run.state), (messages, run.status.message)):
            if value not in seen[-1:]:
                seen.append(value)
        if until(run):
            return Watched(run, read_history(run.files.history), moments, states, messages)
        assert run.state in ACTIVE, f"the run is {run.state}: {run.status.error} {run.log_tail()}"
        assert time.monotonic() < end, f"it did not happen in time: {run.status}"
        time.sleep(0.05)


def in_the_middle_of(epoch: int) -> Callable[[Run], bool]:
    return lambda run: run.status.epoch == epoch and 1 <= run.status.batch < run.status.batches


def has_ended(run: Run) -> bool:
    return run.state not in ACTIVE


@dataclass(frozen=True)
class Story:
    """One run from its start to its end, with all its deaths."""

    trained: Watched
    killed: Run
    killed_history: list[Epoch]
    resumed: Watched
    terminated: Watched
    finished: Run
    supervisors: list[int]
    trainers: list[int]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, picture_folder: Path) -> Iterator[Story]:
    settings = Settings(home=tmp_path_factory.mktemp("process"), photos_url="file:///nowhere")
    config = TrainConfig("model3", str(picture_folder), EPOCHS, batch_size=2, learning_rate=0.01)
    run = runs.create_run(settings, config)
    slow, patch = run.folder / "stuck", pytest.MonkeyPatch()
    let_runs_get_stuck(patch)
    try:
        slow.write_text("slow 2")
        runs.start_run(settings, run)
        trained = watch(settings, run.id, in_the_middle_of(2))
        trainers = [find_trainer(trained.run).pid]
        os.kill(trained.run.status.pid, signal.SIGKILL)
        wait_for(lambda: not is_alive(trained.run.status.pid))
        (killed,) = runs.list_runs(settings)
        killed_history = read_history(killed.files.history)

        slow.write_text("slow 3")
        runs.resume_run(settings, killed)
        resumed = watch(settings, run.id, in_the_middle_of(3))
        trainers.append(find_trainer(resumed.run).pid)
        os.kill(resumed.run.status.pid, signal.SIGTERM)
        terminated = watch(settings, run.id, has_ended)

        supervisors = [run.status.pid for run in (trained.run, resumed.run)]
        patch.setattr(local, "start", lambda settings, files: None)
        patch.setattr(loop, "build_model", small_network)
        runs.resume_run(settings, terminated.run)
        assert work(terminated.run.files, settings) == 0
        finished = runs.open_run(settings, run.id)
        story = (trained, killed, killed_history, resumed, terminated, finished, supervisors, trainers)
        yield Story(*story)
    finally:
        patch.undo()
        run = runs.open_run(settings, run.id)
        if run.state in ACTIVE and run.status.pid:
            os.kill(run.status.pid, signal.SIGKILL)


def test_progress_is_told_again_and_again_from_the_first_moment_on(story: Story) -> None:
    for watched in (story.trained, story.resumed):
        assert len(watched.moments) > 5
        assert watched.moments == sorted(watched.moments)


def test_what_it_does_is_said_in_words(story: Story) -> None:
    assert story.trained.states == ["queued", "running"]
    for message in ("starting TensorFlow", "training", "saving the epoch"):
        assert message in story.trained.messages
    assert "making the model for predictions" in story.terminated.messages


def test_a_killed_run_is_interrupted_as_soon_as_its_process_is_gone(story: Story) -> None:
    assert story.killed.state == "interrupted"
    assert story.killed.resumable
    assert [epoch.epoch for epoch in story.killed_history] == [1]
    assert story.killed.best_val_accuracy == story.trained.history[0].val_accuracy


def test_a_kill_in_the_middle_of_an_epoch_loses_that_epoch_only(story: Story) -> None:
    assert [epoch.epoch for epoch in story.resumed.history] == [1, 2]
    assert story.resumed.history[0] == story.trained.history[0]


def test_sigterm_keeps_finished_epochs_best_model_and_scores(story: Story) -> None:
    run = story.terminated.run
    assert run.state == "stopped"
    assert "stopping" in story.terminated.states
    assert story.terminated.history == story.resumed.history
    # scores are computed in float32, an epoch's own in bfloat16 where the processor has it
    assert run.evaluation["validation"]["accuracy"] == pytest.approx(run.best_val_accuracy, abs=0.1)
    assert run.usable


def test_at_the_end_there_is_one_history_and_nothing_is_left_over(story: Story) -> None:
    run, history = story.finished, read_history(story.finished.files.history)
    assert run.state == "done"
    assert [epoch.epoch for epoch in history] == list(range(1, EPOCHS + 1))
    assert history[:2] == story.terminated.history
    assert run.seconds == pytest.approx(sum(epoch.seconds for epoch in history), rel=1e-3)
    assert not list(run.folder.glob("checkpoint*"))
    assert not run.files.stop.exists()
    assert "Traceback" not in run.files.log.read_text()


def test_none_of_its_processes_remains_not_even_as_a_zombie(story: Story) -> None:
    assert len({*story.supervisors, *story.trainers}) == 4
    wait_for(lambda: not any(map(psutil.pid_exists, story.supervisors)))
    # the trainer whose supervisor was killed has another parent, which waits for it when it likes
    wait_for(lambda: not any(map(is_alive, story.trainers)))
    wait_for(lambda: not any(map(psutil.pid_exists, story.trainers[1:])))
    temporary = story.finished.folder.parent.parent / "tmp"
    assert [path.name for path in temporary.iterdir()] == [".lock"]  # each trainer had a folder of its own in it
