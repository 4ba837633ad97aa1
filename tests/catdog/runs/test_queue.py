"""The queue: runs train one after the other, in order, and whatever ends a process frees its slot.

The processes are real; none of them gets as far as TensorFlow.
"""

import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from catdog import runs
from catdog.runs import Run, queue
from catdog.settings import PROJECT, Settings
from catdog.training import ACTIVE, TrainConfig
from catdog.training.status import identify_process
from tests.stuck import let_runs_get_stuck
from tests.waiting import wait_for


@pytest.fixture
def config(picture_folder: Path) -> TrainConfig:
    return TrainConfig("model1", str(picture_folder), epochs=50)


@pytest.fixture
def processes(settings: Settings) -> Iterator[None]:
    """What a test has started ends with it."""
    yield
    for run in runs.list_runs(settings):
        if run.state in ACTIVE and run.status.pid not in (None, os.getpid()):
            os.kill(run.status.pid, signal.SIGKILL)


@pytest.fixture
def slot(settings: Settings) -> Iterator[FileLock]:
    """The only slot, taken, so that whatever is launched has to wait."""
    settings.runs.mkdir()
    with FileLock(settings.runs / ".slot-0.lock") as lock:
        yield lock


def states(settings: Settings, *launched: Run) -> list[str]:
    return [runs.open_run(settings, run.id).state for run in launched]


def process_of(settings: Settings, run: Run) -> psutil.Process:
    """The run's process, as soon as it has named itself."""
    return psutil.Process(wait_for(lambda: runs.open_run(settings, run.id).status.pid))


def queued(settings: Settings, config: TrainConfig) -> Run:
    """A run that waits, taken up by this process."""
    run = runs.create_run(settings, config)
    run.files.write_status(replace(run.status, **identify_process()))
    return run


@pytest.mark.usefixtures("processes", "slot")
def test_a_waiting_run_costs_little_and_stops_on_sigterm(settings: Settings, config: TrainConfig) -> None:
    run = runs.launch(settings, config)
    process = process_of(settings, run)
    time.sleep(2 * queue.INTERVAL)
    assert states(settings, run) == ["queued"]
    assert process.memory_info().rss < 60e6
    assert not [library.path for library in process.memory_maps() if "tensorflow" in library.path]
    process.send_signal(signal.SIGTERM)  # which is as good as its button
    wait_for(lambda: states(settings, run) == ["stopped"])


@pytest.mark.usefixtures("processes")
def test_runs_train_in_order_and_a_killed_one_makes_room(
    settings: Settings, config: TrainConfig, slot: FileLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_runs_get_stuck(monkeypatch)
    launched = [runs.launch(settings, config) for _ in range(3)]
    for run in launched:
        (run.folder / "train.py").write_text("import time; time.sleep(60)")
    pids = [process_of(settings, run) for run in launched]
    assert queue.Queue(settings.runs).waiting() == [run.id for run in launched]
    slot.release()
    wait_for(lambda: states(settings, *launched) == ["running", "queued", "queued"])
    time.sleep(2 * queue.INTERVAL)
    assert states(settings, *launched) == ["running", "queued", "queued"]
    pids[0].kill()
    wait_for(lambda: states(settings, *launched) == ["interrupted", "running", "queued"])
    pids[2].kill()
    wait_for(lambda: states(settings, *launched)[2] == "interrupted")
    wait_for(lambda: not pids[0].is_running())  # its parent, this process, has waited for it


@pytest.mark.usefixtures("processes", "slot")
def test_a_waiting_run_stops_at_once_and_resumes_at_the_end(settings: Settings, config: TrainConfig) -> None:
    first, second = (runs.launch(settings, config) for _ in range(2))
    process = process_of(settings, first)
    process_of(settings, second)
    runs.stop_run(settings, first)
    wait_for(lambda: states(settings, first, second) == ["stopped", "queued"])
    wait_for(lambda: not process.is_running())
    assert not first.files.stop.exists()
    runs.resume_run(settings, first)
    process_of(settings, first)
    assert queue.Queue(settings.runs).waiting() == [second.id, first.id]


@pytest.mark.usefixtures("processes", "slot")
def test_a_run_outlives_its_starter_and_stops_on_sigint(settings: Settings, config: TrainConfig) -> None:
    program = (
        "from catdog import runs; from catdog.settings import Settings; from catdog.training import TrainConfig; "
        f"print(runs.launch(Settings.from_environment(), TrainConfig('model1', {config.source!r})).id)"
    )
    environment = os.environ | settings.environment()
    starter = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    run = runs.open_run(settings, starter.stdout.strip())
    process = process_of(settings, run)
    time.sleep(2 * queue.INTERVAL)
    assert process.is_running()
    assert os.getsid(process.pid) == process.pid  # Ctrl-C in the terminal of the page server does not reach it
    assert states(settings, run) == ["queued"]
    process.send_signal(signal.SIGINT)
    wait_for(lambda: states(settings, run) == ["stopped"])


def test_a_run_whose_process_is_gone_does_not_hold_up_the_queue(settings: Settings, config: TrainConfig) -> None:
    gone, waiting = queued(settings, config), queued(settings, config)
    gone.files.write_status(replace(gone.files.read_status(), pid_started=1.0))
    (settings.runs / "no-run").mkdir()
    assert queue.Queue(settings.runs).waiting() == [waiting.id]


def test_the_queue_sees_what_changes(settings: Settings, config: TrainConfig) -> None:
    first, second = queued(settings, config), queued(settings, config)
    line = queue.Queue(settings.runs)
    assert line.waiting() == [first.id, second.id]
    status = first.files.read_status()
    first.files.write_status(replace(status, state="running"))
    assert line.waiting() == [second.id]
    first.files.write_status(replace(status, queued=time.time()))
    assert line.waiting() == [second.id, first.id]
    runs.stop_run(settings, second)
    assert line.waiting() == [first.id]


def test_with_two_slots_two_train_and_the_third_waits_for_either(settings: Settings, config: TrainConfig) -> None:
    settings = replace(settings, slots=2)
    held, launched = [], [queued(settings, config) for _ in range(3)]
    ended = {run.id: threading.Event() for run in launched}

    def train(run: Run) -> None:
        locks = queue.wait_for_slot(settings, run.files)
        run.files.write_status(replace(run.files.read_status(), state="running"))
        held.append(run.id)
        ended[run.id].wait(timeout=30)
        for lock in locks:
            lock.release()

    threads = [threading.Thread(target=train, args=(run,)) for run in launched]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(held) == 2)
    time.sleep(2 * queue.INTERVAL)
    assert set(held) == {launched[0].id, launched[1].id}
    ended[launched[1].id].set()
    wait_for(lambda: launched[2].id in held)
    for run, thread in zip(launched, threads, strict=True):
        ended[run.id].set()
        thread.join()


def test_a_free_slot_is_for_the_first_even_if_a_later_looks_sooner(settings: Settings, config: TrainConfig) -> None:
    settings = replace(settings, slots=2)
    training, first, second = (queued(settings, config) for _ in range(3))
    training.files.write_status(replace(training.files.read_status(), state="running"))
    held: list[str] = []

    def wait(run: Run) -> None:
        queue.wait_for_slot(settings, run.files)
        held.append(run.id)
        run.files.write_status(replace(run.files.read_status(), state="running"))

    threads = [threading.Thread(target=wait, args=(run,)) for run in (second, first)]
    threads[0].start()
    time.sleep(3 * queue.INTERVAL)
    assert held == []
    threads[1].start()
    for thread in threads:
        thread.join(timeout=10)
    assert held == [first.id, second.id]


def test_a_second_process_leaves_a_run_alone(
    settings: Settings, config: TrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queued(settings, config)
    locks = queue.wait_for_slot(settings, run.files)
    status = run.files.write_status(replace(run.files.read_status(), state="running", epoch=2))
    monkeypatch.setattr(queue, "TAKEOVER", 0.2)
    locks_of_thread = []
    thread = threading.Thread(target=lambda: locks_of_thread.append(queue.wait_for_slot(settings, run.files)))
    thread.start()
    thread.join(timeout=10)
    assert locks_of_thread == [None]
    for lock in locks:
        lock.release()
    assert queue.wait_for_slot(settings, run.files) is None  # and when the other has gone on or ended
    assert run.files.read_status() == status


@pytest.mark.usefixtures("slot")
def test_a_process_whose_run_is_deleted_stops_waiting(settings: Settings, config: TrainConfig) -> None:
    run = queued(settings, config)
    locks_of_thread = []
    thread = threading.Thread(target=lambda: locks_of_thread.append(queue.wait_for_slot(settings, run.files)))
    thread.start()
    time.sleep(2 * queue.INTERVAL)
    run.folder.rename(settings.home / "elsewhere")
    thread.join(timeout=10)
    assert locks_of_thread == [None]
    assert not run.folder.exists()


@pytest.mark.parametrize("module", ["catdog.runs", "catdog.runs.ray_worker", "catdog.training"])
def test_the_process_says_how_it_is_called(
    tmp_path: Path, module: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in ([], [str(tmp_path)], ["a", "b"]):
        monkeypatch.setattr(sys, "argv", [module, *arguments])
        with pytest.raises(SystemExit) as ended:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        printed = capsys.readouterr().err
        assert ended.value.code == 2
        assert printed.startswith("usage:")
        assert "Traceback" not in printed
