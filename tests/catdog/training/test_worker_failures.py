"""Every way in which a training can fail ends in state "failed" and one sentence, and can be resumed."""

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from catdog import runs
from catdog.augmentation.config import Augmentation
from catdog.datasets import open_dataset
from catdog.runs import Run
from catdog.settings import Settings
from catdog.training import RunFolder, TrainConfig, loop, worker
from catdog.training.history import Epoch, read_history, write_history
from catdog.training.process import stop_on_signals
from catdog.training.worker import work
from tests.waiting import wait_for


@pytest.fixture
def run(settings: Settings, picture_folder: Path) -> Run:
    return runs.create_run(settings, TrainConfig("model3", str(picture_folder), epochs=2, batch_size=8))


def failure(settings: Settings, run: Run) -> str:
    """Let the run train, which must fail; return its sentence."""
    assert work(run.files, settings) == 1
    status = run.files.read_status()
    assert (status.state, status.message, status.pid) == ("failed", "", None)
    assert status.finished is not None
    assert status.error.endswith(".")
    assert "\n" not in status.error
    assert not run.files.stop.exists()
    return status.error


def raising(error: BaseException):
    def call(*_: object, **__: object) -> None:
        raise error

    return call


def small_network(name: str, weights: Path | None, augmentation: Augmentation, seed: int, scaling: object = None):
    import keras

    pictures = keras.Input((160, 160, 3))
    features = keras.layers.GlobalAveragePooling2D()(pictures)
    return keras.Model(pictures, keras.layers.Dense(1, activation="sigmoid")(features))


def test_a_folder_that_is_gone_is_named(settings: Settings, tmp_path: Path) -> None:
    run = runs.create_run(settings, TrainConfig("model1", str(tmp_path / "gone")))
    assert str(tmp_path / "gone") in failure(settings, run)
    assert runs.open_run(settings, run.id).resumable


def test_photos_that_were_never_fetched_are_named(settings: Settings) -> None:
    assert "photos are not on this machine" in failure(settings, runs.create_run(settings, TrainConfig("model1")))


def test_a_folder_without_a_readable_image_is_named(settings: Settings, tmp_path: Path) -> None:
    for name in ("cats", "dogs"):
        (tmp_path / "broken" / name).mkdir(parents=True)
        for number in range(12):
            (tmp_path / "broken" / name / f"{number}.jpg").write_bytes(b"no image")
    run = runs.create_run(settings, TrainConfig("model1", str(tmp_path / "broken")))
    assert str(tmp_path / "broken") in failure(settings, run)
    assert runs.open_run(settings, run.id).resumable


def test_missing_weights_are_named_with_the_way_to_provide_them(settings: Settings, picture_folder: Path) -> None:
    settings = replace(settings, backbone_weights=settings.home / "nothing.h5")
    run = runs.create_run(settings, TrainConfig("model4", str(picture_folder)))
    error = failure(settings, run)
    assert str(settings.backbone_weights) in error
    assert "CATDOG_BACKBONE_WEIGHTS" in error


def test_a_loss_that_is_no_longer_a_number_is_said_with_advice(
    settings: Settings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compile_model(model, *_: object, **__: object) -> None:
        model.compile(optimizer="adam", loss=lambda label, answer: answer * float("nan"), metrics=["accuracy"])

    monkeypatch.setattr(loop, "build_model", small_network)
    monkeypatch.setattr(loop, "compile_model", compile_model)
    error = failure(settings, run)
    assert error.startswith("The loss is no longer a number (NaN) in epoch 1")
    assert "smaller learning rate" in error
    assert not run.files.history.read_text().splitlines()[1:]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "smaller batch size"),
        (OSError(28, "No space left on device"), "disk is full"),
        (OSError(122, "Disk quota exceeded"), "disk is full"),
        (PermissionError(13, "Permission denied", "/some/file"), "/some/file: Permission denied"),
        (ZeroDivisionError("division by zero"), "programming error (ZeroDivisionError)"),
        (KeyboardInterrupt(), "programming error (KeyboardInterrupt)"),
    ],
)
def test_an_error_becomes_a_sentence_and_the_log_has_the_rest(
    settings: Settings,
    run: Run,
    error: BaseException,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(loop, "fit", raising(error))
    assert words in failure(settings, run)
    assert "Traceback" in caplog.text
    assert type(error).__name__ in caplog.text


def test_too_little_memory_for_tensorflow_is_said_with_advice(
    settings: Settings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def allocate(*_: object) -> None:
        import tensorflow as tf

        tf.zeros([2**58])

    monkeypatch.setattr(loop, "fit", allocate)
    sentence = "The memory did not suffice: choose a smaller batch size, or close other programs."
    assert failure(settings, run) == sentence
    assert runs.open_run(settings, run.id).resumable


def test_a_full_disk_is_recognized_behind_an_error_of_a_library(
    settings: Settings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(*_: object, **__: object) -> None:
        try:
            raise OSError(28, "No space left on device")
        except OSError as error:
            raise ValueError("Can't close the ZIP file while there is an open writing handle on it.") from error

    monkeypatch.setattr(loop, "fit", save)
    assert "disk is full" in failure(settings, run)


@pytest.mark.parametrize("content", ['{"config": {"model": "model9"}}', '{"config": []}', '{"name": "x"}', "{", ""])
def test_damaged_settings_are_said(settings: Settings, run: Run, content: str) -> None:
    run.files.config.write_text(content)
    assert failure(settings, run)


@pytest.mark.parametrize("epochs", [[Epoch(1, 1.0, 0.5, 0.7, 0.5, 0.7)], []], ids=["resumed", "started"])
def test_a_run_learns_from_no_other_pictures_than_it_was_started_with(
    settings: Settings, run: Run, epochs: list[Epoch]
) -> None:
    write_history(run.files.history, epochs)
    run.files.add_to_config(data={"fingerprint": "another"})
    assert "no longer those that this run began with" in failure(settings, run)
    assert read_history(run.files.history) == epochs
    assert run.files.read_config()["data"] == {"fingerprint": "another"}


def test_a_wish_to_stop_before_the_first_step_stops_without_training(
    settings: Settings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_dataset(settings, run.config.source)  # decoded already, so that no progress is told that would notice the wish
    monkeypatch.setattr(loop, "fit", raising(AssertionError("it trained")))
    run.files.stop.touch()
    assert work(run.files, settings) == 0
    run = runs.open_run(settings, run.id)
    assert (run.state, run.usable, run.files.stop.exists()) == ("stopped", False, False)


def test_a_status_that_cannot_be_written_does_not_hide_the_failure(
    settings: Settings, run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "_train", raising(OSError(28, "No space left on device")))
    monkeypatch.setattr(RunFolder, "write_status", raising(OSError(28, "No space left on device")))
    assert work(run.files, settings) == 1
    assert "No space left on device" in caplog.text


def test_a_worker_outside_the_main_thread_leaves_signals_alone(settings: Settings, tmp_path: Path) -> None:
    run = runs.create_run(settings, TrainConfig("model1", str(tmp_path / "gone")))
    before, exit_statuses = signal.getsignal(signal.SIGTERM), []
    thread = threading.Thread(target=lambda: exit_statuses.append(work(run.files, settings)))
    thread.start()
    thread.join()
    assert exit_statuses == [1]
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_becomes_a_wish_to_stop_only_while_the_context_lasts(tmp_path: Path, number: signal.Signals) -> None:
    folder, before = RunFolder(tmp_path), signal.getsignal(number)
    with stop_on_signals(folder):
        os.kill(os.getpid(), number)
        wait_for(folder.stop.exists)
    assert signal.getsignal(number) is before


def test_a_signal_for_a_run_that_was_deleted_is_ignored(tmp_path: Path) -> None:
    with stop_on_signals(RunFolder(tmp_path / "gone")):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.05)
    assert not (tmp_path / "gone").exists()
