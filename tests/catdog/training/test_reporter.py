"""The reporter: status.json moves by itself while a run trains, and a wish to stop is heard within one batch."""

import math
import time
from pathlib import Path

import pytest

from catdog.errors import RunError
from catdog.training import RunFolder, Status
from catdog.training import reporter as reporter_module
from catdog.training.reporter import Reporter, StopRequested
from catdog.training.status import is_process_gone
from tests.waiting import wait_for


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path)
    folder.write_status(Status(epochs=3, finished=1.0, error="an earlier one"))
    return folder


def test_entering_says_at_once_that_the_run_is_running_here(folder: RunFolder) -> None:
    before = time.time()
    with Reporter(folder, 5):
        status = folder.read_status()
    assert (status.state, status.epochs, status.error, status.finished) == ("running", 5, "", None)
    assert before <= status.started <= time.time()
    assert not is_process_gone(status)


def test_the_status_is_written_twice_a_second() -> None:
    assert reporter_module.INTERVAL < 0.5


def test_the_status_moves_also_during_one_long_step(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporter_module, "INTERVAL", 0.01)
    with Reporter(folder, 1):
        for _ in range(5):
            before = folder.read_status().updated
            wait_for(lambda before=before: folder.read_status().updated > before)


def test_changes_reach_the_file_by_themselves(folder: RunFolder) -> None:
    with Reporter(folder, 5) as reporter:
        reporter.epoch_begin(1)
        reporter.batch_end(6, {"loss": 0.5})
        wait_for(lambda: folder.read_status().batch == 7)
        status = folder.read_status()
        assert (status.epoch, status.message) == (2, "training")
        reporter.validation_begin()
        wait_for(lambda: folder.read_status().message == "validating")


def test_nothing_is_written_after_the_end(folder: RunFolder) -> None:
    with Reporter(folder, 5):
        pass
    last = folder.write_status(Status(state="done"))
    time.sleep(0.6)
    assert folder.read_status() == last


def test_a_full_disk_silences_the_reporter_only_as_long_as_it_is_full(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with Reporter(folder, 5) as reporter:
        with monkeypatch.context() as patch:
            patch.setattr("catdog.training.run_folder.write_json", full)
            reporter.update(batch=3)
            time.sleep(0.6)
            assert folder.read_status().batch == 0
        wait_for(lambda: folder.read_status().batch == 3)


@pytest.mark.parametrize("call", ["batch_end", "validation_batch_end", "say"])
def test_a_wish_to_stop_is_heard_at_the_next_step(folder: RunFolder, call: str) -> None:
    reporter = Reporter(folder, 5)
    arguments = (0, 10, "reading") if call == "say" else (0,)
    getattr(reporter, call)(*arguments)
    folder.stop.touch()
    with pytest.raises(StopRequested):
        getattr(reporter, call)(*arguments)


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_the_run_with_advice(folder: RunFolder, loss: float) -> None:
    reporter = Reporter(folder, 5)
    reporter.epoch_begin(2)
    with pytest.raises(RunError, match=r"epoch 3.*smaller learning rate\.$"):
        reporter.batch_end(0, {"loss": loss})


def test_progress_of_the_preparation_becomes_the_message(folder: RunFolder) -> None:
    reporter = Reporter(folder, 5)
    reporter.say(50, 200, "reading the images")
    assert reporter.status.message == "reading the images (25%)"
    reporter.say(0, 0, "building the model")
    assert reporter.status.message == "building the model"


def test_what_earlier_processes_reached_stays_in_the_status(folder: RunFolder) -> None:
    folder.write_status(Status(epoch=3, seconds=12.5, best_val_accuracy=0.75, best_epoch=2))
    status = Reporter(folder, 5).status
    assert (status.seconds, status.best_val_accuracy, status.best_epoch) == (12.5, 0.75, 2)
