"""The run folder: status and configuration, and whether the process behind them is still there."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from catdog.errors import RunError
from catdog.training import ACTIVE, RESUMABLE, STATES, RunFolder, Status
from catdog.training.status import identify_process, is_process_gone
from catdog.utils.files import write_json


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen]:
    """A process that does nothing."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def status_of(process: subprocess.Popen) -> Status:
    started = psutil.Process(process.pid).create_time()
    return Status(state="running", pid=process.pid, pid_started=started, host=socket.gethostname())


def test_the_states_are_those_of_the_design() -> None:
    assert set(STATES) == {"queued", "running", "stopping", "done", "stopped", "failed", "interrupted"}
    assert ACTIVE | RESUMABLE | {"done"} == set(STATES)
    assert not ACTIVE & RESUMABLE


def test_the_files_have_the_names_of_the_design(folder: RunFolder) -> None:
    names = {
        path.name
        for path in (
            *(folder.config, folder.status, folder.history, folder.checkpoint, folder.model, folder.tflite),
            *(folder.evaluation, folder.predictions, folder.log, folder.stop, folder.tensorboard),
            *(folder.batches, folder.sample),
        )
    }
    assert names == {
        *("config.json", "status.json", "history.csv", "checkpoint", "model.keras", "model.tflite"),
        *("evaluation.json", "predictions.csv", "log.txt", "stop", "tensorboard", "batches.csv", "sample.csv"),
    }


def test_a_status_is_read_back_with_the_time_of_its_writing(folder: RunFolder) -> None:
    process = identify_process()
    status = Status(state="running", epoch=2, epochs=5, batch=7, batches=63, best_val_accuracy=0.5, **process)
    before = time.time()
    written = folder.write_status(replace(status, updated=0.0))
    assert before <= written.updated <= time.time()
    assert folder.read_status() == written
    assert replace(written, updated=status.updated) == status


def test_a_status_from_a_later_version_is_read_without_what_is_new(folder: RunFolder) -> None:
    folder.status.write_text(json.dumps(asdict(Status(state="done")) | {"temperature": 50}))
    assert folder.read_status().state == "done"


@pytest.mark.parametrize(
    "content",
    [
        *(None, "", "{", "[]", "null", '{"state": "running"', '{"state": "dancing"}', '{"state": ["queued"]}'),
        *('{"state": "queued", "queued": null}', '{"state": "running", "pid": "1"}', '{"state": "done", "error": 5}'),
    ],
)
def test_a_missing_or_damaged_status_never_reads_as_an_active_run(folder: RunFolder, content: str | None) -> None:
    if content is not None:
        folder.status.write_text(content)
    assert is_process_gone(folder.read_status())


def test_entries_are_added_to_the_configuration_and_the_others_stay(folder: RunFolder) -> None:
    folder.config.write_text('{"name": "first", "config": {"model": "model1"}}')
    folder.add_to_config(name="second", device="CPU")
    assert folder.read_config() == {"name": "second", "device": "CPU", "config": {"model": "model1"}}


@pytest.mark.parametrize("content", [None, "", '{"name": '])
def test_a_configuration_that_cannot_be_read_is_not_overwritten(folder: RunFolder, content: str | None) -> None:
    if content is not None:
        folder.config.write_text(content)
    with pytest.raises(RunError):
        folder.add_to_config(device="CPU")
    assert (folder.config.read_text() if folder.config.exists() else None) == content


def test_entries_that_two_add_at_once_are_all_kept(folder: RunFolder) -> None:
    folder.config.write_text("{}")

    def add(writer: int) -> None:
        for number in range(20):
            folder.add_to_config(**{f"entry-{writer}-{number}": number})

    threads = [threading.Thread(target=add, args=(writer,)) for writer in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(folder.read_config()) == 60


def test_dropping_the_checkpoint_takes_only_its_leftovers_along(folder: RunFolder) -> None:
    for name in ("checkpoint", "checkpoint.new", "checkpoint.old", "unrelated"):
        (folder.path / name).mkdir()
        (folder.path / name / "model.keras").write_text("x")
    folder.drop_checkpoint()
    assert [path.name for path in folder.path.iterdir()] == ["unrelated"]


def test_a_running_process_is_not_gone(sleeper: subprocess.Popen) -> None:
    assert not is_process_gone(status_of(sleeper))
    assert not is_process_gone(Status(state="running", **identify_process()))


def test_a_killed_process_is_gone_even_while_it_is_a_zombie(sleeper: subprocess.Popen) -> None:
    status = status_of(sleeper)
    sleeper.kill()
    while psutil.Process(sleeper.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert is_process_gone(status)
    sleeper.wait()
    assert is_process_gone(status)


def test_a_process_that_is_only_held_up_is_not_gone(sleeper: subprocess.Popen) -> None:
    status = replace(status_of(sleeper), updated=0.0)
    os.kill(sleeper.pid, signal.SIGSTOP)
    assert not is_process_gone(status)


def test_another_process_with_the_same_number_is_another_process(sleeper: subprocess.Popen) -> None:
    status = status_of(sleeper)
    assert is_process_gone(replace(status, pid_started=status.pid_started - 3600))
    assert is_process_gone(replace(status, pid_started=None, updated=0.0))


def test_a_process_of_an_earlier_boot_with_the_same_id_is_gone() -> None:
    status = Status(state="running", **identify_process())
    assert not is_process_gone(status)
    assert is_process_gone(replace(status, boot="5b1c1f0e-before-the-restart"))
    assert not is_process_gone(replace(status, boot=""))  # written where the system does not tell its starts apart


def test_a_run_on_another_machine_is_gone_after_half_a_minute() -> None:
    elsewhere = Status(state="running", pid=os.getpid(), pid_started=1.0, host="another-machine.example")
    assert not is_process_gone(replace(elsewhere, updated=time.time() - 5))
    assert is_process_gone(replace(elsewhere, updated=time.time() - 60))


def test_a_run_that_no_process_took_up_is_gone_after_half_a_minute() -> None:
    assert not is_process_gone(Status(state="queued"))
    assert is_process_gone(Status(state="queued", updated=time.time() - 60))


@pytest.mark.parametrize("shift", [-86_400, 86_400], ids=["yesterday", "tomorrow"])
def test_scores_belong_to_a_model_by_its_content_whatever_the_clock_says(folder: RunFolder, shift: float) -> None:
    for path in (folder.model, folder.tflite, folder.evaluation):
        path.write_bytes(b"{}")
    write_json(folder.config, {})
    assert folder.is_scored(folder.tflite) is None  # as in a run of an earlier version
    assert not folder.scored
    folder.note_scored()
    assert folder.is_scored(folder.tflite) is False
    folder.note_scored(folder.model, folder.tflite)
    then = time.time() + shift
    os.utime(folder.evaluation, (then, then))
    assert folder.scored
    assert folder.is_scored(folder.tflite)
    folder.model.write_bytes(b"a better epoch")
    assert not folder.scored
    folder.tflite.unlink()
    assert folder.is_scored(folder.tflite) is None
