"""The supervisor: what becomes of a run, however its trainer ends. The trainers (tests/trainer.py) are light ones."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from catdog import runs
from catdog.runs import Run, supervisor
from catdog.runs.supervisor import supervise
from catdog.settings import PROJECT, Settings
from catdog.training import TrainConfig
from tests.waiting import is_alive, wait_for

HANG = "reporter.update(epoch=2); reporter._write(); (folder.path / 'at-work').touch(); import time; time.sleep(60)"
GRACE = 0.3


class Supervised:
    """A run with a supervisor in a thread of this process."""

    def __init__(self, settings: Settings, run: Run) -> None:
        self.settings, self.run, self.exit_statuses = settings, run, []
        self._thread = threading.Thread(target=lambda: self.exit_statuses.append(supervise(run.files, settings)))

    def start(self, train: str, score: str = "", until: str = "at-work") -> None:
        """Start its trainer, and wait until a file is there."""
        (self.run.folder / "train.py").write_text(train)
        (self.run.folder / "score.py").write_text(score)
        self._thread.start()
        wait_for(lambda: (self.run.folder / until).exists())

    def end(self) -> int:
        """Wait for its end and return the exit status."""
        self._thread.join(120)
        return self.exit_statuses[0]

    @property
    def trainers(self) -> list[psutil.Process]:
        """The processes that train it."""
        return [child for child in psutil.Process().children() if str(self.run.folder) in child.cmdline()]

    def read(self) -> Run:
        """Return the run as it is now."""
        return runs.open_run(self.settings, self.run.id)


@pytest.fixture
def supervised(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervised]:
    monkeypatch.setattr(supervisor, "TRAINER", "tests.trainer")
    monkeypatch.setattr(supervisor, "GRACE", GRACE)
    monkeypatch.setattr(supervisor, "INTERVAL", 0.02)
    monkeypatch.setattr("catdog.runs.executors.local.start", lambda settings, files: None)
    supervised = Supervised(settings, runs.create_run(settings, TrainConfig("model3", "drawn", 3)))
    yield supervised
    for trainer in supervised.trainers:
        trainer.kill()


def test_a_training_has_ten_seconds_to_stop_by_itself() -> None:
    assert supervisor.GRACE == 10.0


def test_the_status_names_the_supervisor_until_the_end(supervised: Supervised) -> None:
    wait = "import time\nwhile not (folder.path / 'go').exists(): time.sleep(0.01)\nstate = 'done'"
    supervised.start(f"reporter.update(epoch=2); reporter._write(); (folder.path / 'at-work').touch()\n{wait}")
    wait_for(lambda: supervised.read().status.epoch == 2)
    assert (supervised.read().state, supervised.read().status.pid) == ("running", os.getpid())
    (supervised.run.folder / "go").touch()
    assert supervised.end() == 0
    assert (supervised.read().state, supervised.read().status.pid) == ("done", None)


def test_a_training_goes_on_where_nobody_wants_it_to_stop_any_more(
    supervised: Supervised, monkeypatch: pytest.MonkeyPatch
) -> None:
    grace = 1.0  # long enough for a short sleep to be shorter on a busy machine, too
    monkeypatch.setattr(supervisor, "GRACE", grace)
    supervised.start(HANG)
    (trainer,) = supervised.trainers
    assert supervised.read().state == "running"
    for _ in range(5):  # a wish that is withdrawn
        supervised.run.files.stop.touch()
        time.sleep(grace / 3)
        supervised.run.files.stop.unlink()
        time.sleep(4 * supervisor.INTERVAL)
    assert supervised.trainers == [trainer]
    trainer.kill()
    wait_for(lambda: supervised.read().state != "running")
    assert_interrupted(supervised)


def assert_interrupted(supervised: Supervised) -> None:
    assert supervised.end() == 1
    status = supervised.read().status
    assert (status.state, status.epoch, status.pid, status.error) == ("interrupted", 2, None, "")
    assert supervised.read().resumable


def test_a_forced_stop_shows_nothing_untrue(supervised: Supervised) -> None:
    score = (
        f"folder.evaluation.touch(); import time; time.sleep({2 * GRACE}); state = 'stopped'"  # it may take its time
    )
    supervised.start("folder.model.touch(); " + HANG, score)
    states = [supervised.read().state]
    runs.stop_run(supervised.settings, supervised.read())
    while not supervised.exit_statuses:
        states.append(supervised.read().state)
        time.sleep(0.01)
    assert supervised.exit_statuses == [0]
    order = [state for state, before in zip(states, [None, *states], strict=False) if state != before]
    assert order == ["running", "stopping", "stopped"]
    assert not supervised.run.files.stop.exists()


@pytest.mark.parametrize("scored", [False, True])
def test_a_model_that_has_its_scores_is_not_scored_again(supervised: Supervised, scored: bool) -> None:
    made = "folder.model.touch(); " + (
        "folder.evaluation.touch(); folder.note_scored(folder.model); " if scored else ""
    )
    supervised.start(made + HANG, "(folder.path / 'was-scored').touch(); state = 'stopped'")
    runs.stop_run(supervised.settings, supervised.read())
    assert supervised.end() == 0
    assert (supervised.read().state, supervised.read().status.epoch) == ("stopped", 2)
    assert (supervised.run.folder / "was-scored").exists() == (not scored)
    assert supervised.trainers == []


def test_scores_in_the_making_are_never_cut_short(supervised: Supervised) -> None:
    wait = "import time\nwhile not (folder.path / 'go').exists(): time.sleep(0.01)\nstate = 'done'"
    supervised.start(f"reporter.begin_scoring(); (folder.path / 'at-work').touch()\n{wait}")
    runs.stop_run(supervised.settings, supervised.read())
    time.sleep(2 * GRACE)
    assert supervised.read().state == "stopping"
    (supervised.run.folder / "go").touch()
    assert supervised.end() == 0
    assert supervised.read().state == "done"


def test_where_no_process_can_be_had_to_score_the_run_still_ends(
    supervised: Supervised, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervised.start("folder.model.touch(); " + HANG)
    monkeypatch.setattr(supervisor, "start_process", refuse)
    runs.stop_run(supervised.settings, supervised.read())
    assert supervised.end() == 0
    status = supervised.read().status
    assert (status.state, status.epoch, status.pid) == ("stopped", 2, None)
    assert not supervised.run.files.stop.exists()


def refuse(*_: object, **__: object) -> None:
    raise OSError(12, "Cannot allocate memory")


def test_where_no_process_can_be_had_to_train_the_run_fails(
    supervised: Supervised, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "start_process", refuse)
    assert supervise(supervised.run.files, supervised.settings) == 1
    failed = supervised.read()
    assert (failed.state, failed.resumable) == ("failed", True)
    assert failed.status.error == "The training could not be started (Cannot allocate memory): try again later."


def test_a_trainer_killed_while_it_shall_stop_is_an_interrupted_run(
    supervised: Supervised, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "GRACE", 30.0)
    supervised.start(HANG)
    runs.stop_run(supervised.settings, supervised.read())
    (trainer,) = supervised.trainers
    trainer.kill()
    wait_for(lambda: supervised.read().state not in ("running", "stopping"))
    assert_interrupted(supervised)


def test_a_scorer_that_dies_leaves_an_interrupted_run(supervised: Supervised) -> None:
    supervised.start("folder.model.touch(); " + HANG, "import os; os.kill(os.getpid(), 9)")
    runs.stop_run(supervised.settings, supervised.read())
    assert supervised.end() == 1
    assert supervised.read().state == "interrupted"


def test_a_failure_stays_as_the_trainer_has_put_it(supervised: Supervised) -> None:
    supervised.start("reporter.update(epoch=2)\nstate, exit_status = 'failed', 1", until="status.json")
    assert supervised.end() == 1
    assert supervised.read().status.state == "failed"


def test_a_run_resumed_while_its_trainer_exits_is_left_alone(supervised: Supervised) -> None:
    wait = supervised.run.folder / "do-not-exit"
    wait.touch()
    supervised.start("(folder.path / 'at-work').touch(); state = 'stopped'")
    wait_for(lambda: supervised.read().state == "stopped")
    runs.resume_run(supervised.settings, supervised.read())
    wait.unlink()
    assert supervised.end() == 0
    assert supervised.read().status.state == "queued"


def test_a_full_disk_ends_neither_training_nor_supervisor(
    supervised: Supervised, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("catdog.training.run_folder.write_json", full)  # in this process, not in the trainer's
    supervised.start(HANG)
    (trainer,) = supervised.trainers
    trainer.kill()
    assert supervised.end() == 1
    assert supervised.read().status.state == "running"  # so that it is interrupted once this process is gone


SUPERVISE = (
    "import sys; from catdog.runs import supervisor; from catdog.runs.__main__ import main; "
    "supervisor.TRAINER, supervisor.GRACE = 'tests.trainer', 0.3; sys.exit(main())"
)


@pytest.fixture
def process(supervised: Supervised, tmp_path: Path) -> Iterator[subprocess.Popen]:
    """A supervisor in a process of its own, whose trainer is at work and whose log is the file "log"."""
    folder = supervised.run.folder
    (folder / "train.py").write_text("folder.model.touch(); " + HANG)
    (folder / "score.py").write_text("state = 'stopped'")
    environment = os.environ | supervised.settings.environment()
    command = [sys.executable, "-c", SUPERVISE, str(folder)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=PROJECT, stderr=log)
    with process:
        wait_for(lambda: (folder / "at-work").exists())
        yield process
        process.kill()


def test_a_supervisor_is_light_and_its_trainer_ends_with_it(supervised: Supervised, process: subprocess.Popen) -> None:
    memory = psutil.Process(process.pid)
    assert memory.memory_info().rss < 60e6
    assert not [library.path for library in memory.memory_maps() if "tensorflow" in library.path]
    (trainer,) = memory.children()
    assert supervised.read().status.pid == process.pid
    process.kill()
    wait_for(lambda: supervised.read().state == "interrupted")
    wait_for(lambda: not is_alive(trainer.pid))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_a_wish_to_stop_and_the_log_tells_the_story(
    supervised: Supervised, process: subprocess.Popen, tmp_path: Path, number: signal.Signals
) -> None:
    process.send_signal(number)
    assert process.wait(timeout=120) == 0
    assert supervised.read().state == "stopped"
    lines = (tmp_path / "log").read_text().splitlines()
    for line in lines:
        time.strptime(line[:19], "%Y-%m-%d %H:%M:%S")
    events = ("started", "slot 1 taken", "trainer started", "stop requested", "not heard", "--score", "exit status 0")
    rest = iter(lines)
    assert all(any(event in line for line in rest) for event in events), lines
