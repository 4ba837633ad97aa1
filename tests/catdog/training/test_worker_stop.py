"""A wish to stop while a run is prepared or scored, in this process: what was reached is kept, with its scores."""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from catdog import runs
from catdog.datasets import open_dataset
from catdog.runs import Run
from catdog.settings import Settings
from catdog.training import TrainConfig, loop, outputs, reporter, worker
from catdog.training.history import read_history
from catdog.training.worker import work
from tests.stuck import small_network

EPOCHS = 3


@pytest.fixture
def run(settings: Settings, picture_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(loop, "build_model", small_network)
    monkeypatch.setattr("catdog.runs.executors.local.start", lambda settings, files: None)
    return runs.create_run(settings, TrainConfig("model3", str(picture_folder), EPOCHS, 8, learning_rate=0.01))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, picture_folder: Path) -> Run:
    """A run in a home of its own, stopped after its first epoch and scored; not to be changed."""
    settings = Settings(home=tmp_path_factory.mktemp("stopped"), photos_url="file:///nowhere")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "build_model", small_network)
        patch.setattr("catdog.runs.executors.local.start", lambda settings, files: None)
        run = runs.create_run(settings, TrainConfig("model3", str(picture_folder), EPOCHS, 8, learning_rate=0.01))
        patch.setattr(worker, "Reporter", make_stopped_reporter(run, "saving the epoch"))
        first = ended(settings, run)
    assert (first.state, epochs_of(first)) == ("stopped", [1])
    return first


@pytest.fixture
def first(settings: Settings, run: Run, template: Run) -> Run:
    """`run`, stopped after its first epoch and scored."""
    shutil.copytree(template.folder.parents[1] / "cache", settings.cache, dirs_exist_ok=True)
    shutil.copytree(template.folder, run.folder, dirs_exist_ok=True)
    return runs.open_run(settings, run.id)


def make_stopped_reporter(run: Run, beginning: str) -> type[reporter.Reporter]:
    """Make a class of reporters that let the run be stopped as soon as a message begins so."""

    class StoppedReporter(reporter.Reporter):
        def update(self, **values: object) -> None:
            super().update(**values)
            if beginning and str(values.get("message", "")).startswith(beginning):
                run.files.stop.touch()

    return StoppedReporter


@pytest.fixture
def stop_at(run: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let somebody stop the run as soon as its message begins so; "" for nobody, any more."""

    return lambda beginning: monkeypatch.setattr(worker, "Reporter", make_stopped_reporter(run, beginning))


def ended(settings: Settings, run: Run, train: bool = True) -> Run:
    """Let the run work until it ends; return it as it then is."""
    assert work(run.files, settings, train=train) == 0
    run = runs.open_run(settings, run.id)
    assert (run.status.error, run.status.message, run.status.pid) == ("", "", None)
    assert not run.files.stop.exists()
    return run


def killed(settings: Settings, run: Run) -> Run:
    """The run as if its process had been killed before it was scored, and then resumed."""
    for path in (run.files.evaluation, run.files.tflite, run.files.predictions):
        path.unlink()
    run.files.write_status(replace(run.status, state="running", pid=1, pid_started=0.0))
    assert runs.open_run(settings, run.id).state == "interrupted"
    runs.resume_run(settings, run)
    return runs.open_run(settings, run.id)


def epochs_of(run: Run) -> list[int]:
    return [epoch.epoch for epoch in read_history(run.files.history)]


def test_a_wish_to_stop_is_heard_before_the_first_epoch(settings, run, stop_at) -> None:
    for moment in ("reading", "starting TensorFlow", "building the model"):
        stop_at(moment)
        stopped = ended(settings, run)
        assert (stopped.state, stopped.usable, epochs_of(stopped)) == ("stopped", False, []), moment
        runs.resume_run(settings, stopped)
    stop_at("")
    assert ended(settings, run).state == "done"
    assert epochs_of(run) == [1, 2, 3]


def test_a_run_killed_before_its_scores_gets_them_when_stopped(settings, run, stop_at) -> None:
    stop_at("validating")
    assert ended(settings, run).state == "stopped"  # with no epoch: the wish was heard in the first validation
    stop_at("saving the epoch")
    runs.resume_run(settings, runs.open_run(settings, run.id))
    first = ended(settings, run)
    assert (first.state, epochs_of(first)) == ("stopped", [1])
    killed(settings, first)
    stop_at("starting TensorFlow")
    second = ended(settings, run)
    assert (second.state, epochs_of(second), second.usable) == ("stopped", [1], True)
    assert second.evaluation == first.evaluation
    assert second.best_val_accuracy == first.best_val_accuracy


def test_a_model_that_has_its_scores_is_not_scored_again(settings, run, first, stop_at, monkeypatch) -> None:
    runs.resume_run(settings, first)
    stop_at("starting TensorFlow")

    def score(*_: object) -> None:
        raise AssertionError("it scored again")

    monkeypatch.setattr(outputs, "write_outputs", score)
    assert ended(settings, run).evaluation == first.evaluation


def test_a_wish_to_stop_during_the_scoring_cuts_nothing_short(settings, run, stop_at) -> None:
    evaluations = []
    for moment in ("making the model for predictions", "scoring the photos"):
        stop_at(moment)
        done = ended(settings, run)
        assert (done.state, epochs_of(done), done.usable) == ("done", [1, 2, 3], True), moment
        assert done.test_accuracy is not None
        assert not done.files.checkpoint.exists()
        evaluations.append(done.evaluation)
        killed(settings, done)
    again = ended(settings, run, train=False)  # as after a training that was cut after its last epoch
    assert (again.state, again.evaluation) == ("done", evaluations[0])
    assert evaluations[1] == evaluations[0]


def test_a_second_wish_to_stop_does_not_cost_the_scores(settings, run, first, stop_at) -> None:
    killed(settings, first)
    stop_at("")
    run.files.stop.touch()
    for path in settings.cache.iterdir():
        path.unlink()  # so that the pictures are read again, and progress told, after the first wish was heard

    class StoppedAgain(reporter.Reporter):
        def say(self, *arguments: object) -> None:
            run.files.stop.touch()
            super().say(*arguments)

    worker.Reporter = StoppedAgain  # `stop_at` puts it back
    second = ended(settings, run)
    assert (second.state, second.evaluation) == ("stopped", first.evaluation)


def test_what_takes_over_from_a_forced_stop_only_scores(settings, run, first, monkeypatch) -> None:
    killed(settings, first)
    run.files.stop.touch()

    def train(*_: object) -> None:
        raise AssertionError("it trained")

    monkeypatch.setattr(loop, "fit", train)
    stopped = ended(settings, run, train=False)
    assert (stopped.state, stopped.evaluation, stopped.usable) == ("stopped", first.evaluation, True)
    assert stopped.status.started == first.status.started
    assert stopped.files.checkpoint.exists()


def test_a_full_disk_during_the_scoring_costs_only_the_scores(
    settings, run, stop_at, monkeypatch, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    open_dataset(settings, run.config.source)
    write = outputs.write_outputs

    def on_a_full_disk(*arguments: object) -> None:
        with full_disk(1_000):
            write(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(outputs, "write_outputs", on_a_full_disk)
        assert work(run.files, settings) == 1
    failed = runs.open_run(settings, run.id)
    assert failed.status.error == "The disk is full: free some space (about 500 MB) and resume the run."
    assert epochs_of(failed) == [1, 2, 3]
    runs.resume_run(settings, failed)
    monkeypatch.setattr(loop, "fit", lambda *_: pytest.fail("it trained again"))
    assert ended(settings, run).state == "done"
