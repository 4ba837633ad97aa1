"""A quick training, in this process: what it leaves, and that a stop, a full disk or a kill loses nothing.

A backbone that averages each channel takes the place of MobileNetV2.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from catdog import runs
from catdog.datasets import TRAINING, VALIDATION, open_dataset
from catdog.errors import UsageError
from catdog.evaluation import score
from catdog.features.head import Head
from catdog.features.store import FeatureStore
from catdog.models.mobilenet import Weights
from catdog.runs import Run
from catdog.settings import Settings
from catdog.training import TrainConfig, quick
from catdog.training.recipes import make_quick_config
from catdog.training.worker import work


class MeanPredictor:
    """Stands for LiteRT: reads the head out of the file that `assemble` here made."""

    def __init__(self, path: Path, name: str = "") -> None:
        self.head = unpack(path.read_bytes())

    def predict(self, pixels: np.ndarray) -> np.ndarray:
        return self.head.predict(features_of(pixels))


def features_of(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(pixels).mean(axis=(1, 2), dtype=np.float32) / 255


def assemble(part: bytes, head: Head) -> bytes:
    return head.weights.tobytes() + np.float32(head.bias).tobytes()


def unpack(content: bytes) -> Head:
    *weights, bias = np.frombuffer(content, np.float32)
    return Head(np.array(weights, np.float32), float(bias), float("nan"))


@pytest.fixture
def calls(monkeypatch, tmp_path) -> list[str]:
    """Let nothing of MobileNetV2 be needed, and TensorFlow be missing; list what was asked for."""
    listed: list[str] = []
    part = tmp_path / "part"
    part.write_bytes(b"part")

    def make_features(dataset, weights, cache, progress):
        progress(1, 2, "computing the features of the images")
        listed.append("features")
        return FeatureStore(part, features_of(dataset.pixels), computed=len(dataset.catalog))

    monkeypatch.setitem(sys.modules, "tensorflow", None)
    monkeypatch.setitem(sys.modules, "keras", None)
    monkeypatch.setattr(quick, "find_weights", lambda *_: Weights(Path("/weights.h5"), "weights of this test"))
    monkeypatch.setattr(quick, "make_features", make_features)
    for name in ("get_feature_extractor", "get_model_template"):
        monkeypatch.setattr(quick, name, lambda *_: part)
    for name in ("make_keras_file", "make_litert_file"):
        monkeypatch.setattr(quick, name, assemble)
    monkeypatch.setattr(quick, "read_head", unpack)
    monkeypatch.setattr(quick, "Predictor", MeanPredictor)
    monkeypatch.setattr("catdog.runs.executors.local.start", lambda settings, files: None)
    return listed


@pytest.fixture
def start(settings: Settings, picture_folder: Path, calls) -> Callable[..., Run]:
    """Make a quick run of the small folder of images, queued."""

    def start(**values: object) -> Run:
        return runs.create_run(settings, make_quick_config(str(picture_folder), **values))

    return start


def work_on(settings: Settings, run: Run, status: int = 0) -> Run:
    assert work(run.files, settings) == status
    return runs.open_run(settings, run.id)


def test_a_quick_run_is_done_as_any_other_and_needs_no_tensorflow(settings, start):
    run = work_on(settings, start())
    assert run.state == "done", run.status.error
    assert run.usable
    assert run.files.scored
    assert run.files.is_scored(run.files.tflite)
    assert run.name.startswith("model4 quick")
    assert run.details["weights"]["source"] == "weights of this test"
    assert not run.files.checkpoint.exists()
    assert "faster" not in run.details


def test_its_scores_are_those_of_its_predictions(settings, start):
    run = work_on(settings, start())
    predictions = run.predictions()
    head = unpack(run.files.model.read_bytes())
    dataset = open_dataset(settings, run.config.source)
    np.testing.assert_allclose(predictions.probabilities, head.predict(features_of(dataset.pixels)), rtol=1e-6)
    for split in (VALIDATION, "test"):
        rows = dataset.catalog.indices(split)
        assert run.evaluation[split] == score(dataset.catalog.labels[rows], predictions.probabilities[rows])
    assert run.val_accuracy == run.evaluation[VALIDATION]["accuracy"] > 0.9


def test_the_history_is_one_row_of_what_was_measured(settings, start):
    run = work_on(settings, start())
    history, dataset = run.history(), open_dataset(settings, run.config.source)
    measured = {}
    for split in (TRAINING, VALIDATION):
        rows = dataset.catalog.indices(split)
        measured[split] = score(dataset.catalog.labels[rows], run.predictions().probabilities[rows])
    assert history["epoch"] == [1]
    assert history["learning_rate"] == [None]
    assert history["accuracy"] == [pytest.approx(measured[TRAINING]["accuracy"], abs=1e-5)]
    assert history["val_accuracy"] == [pytest.approx(measured[VALIDATION]["accuracy"], abs=1e-5)]
    assert history["val_loss"] == [pytest.approx(measured[VALIDATION]["loss"], rel=1e-4)]
    assert (run.status.epoch, run.status.epochs, run.best_epoch) == (1, 1, 1)
    assert list(run.sample().answers) == [1]


def test_only_its_share_of_the_images_is_learned_from(settings, start):
    whole, half = (work_on(settings, start(fraction=fraction)) for fraction in (1.0, 0.5))
    assert half.state == "done"
    assert whole.files.model.read_bytes() != half.files.model.read_bytes()


def test_a_stop_ends_it_and_a_resumed_one_is_done(settings, start, calls):
    run = start()
    run.files.stop.touch()
    stopped = work_on(settings, run)
    assert (stopped.state, stopped.usable, calls) == ("stopped", False, [])
    runs.resume_run(settings, stopped)
    assert work_on(settings, run).state == "done"


def test_a_full_disk_fails_it_and_a_resumed_one_is_done(settings, start, full_disk, monkeypatch):
    run = start()
    open_dataset(settings, run.config.source)  # which is decoded by then
    with monkeypatch.context() as patch:
        patch.setattr(quick, "make_litert_file", lambda part, head: bytes(50_000))
        with full_disk(20_000):
            failed = work_on(settings, run, 1)
    assert failed.state == "failed"
    assert failed.status.error.startswith("The disk is full")
    runs.resume_run(settings, failed)
    assert work_on(settings, run).state == "done"


def test_one_that_was_killed_before_its_scores_is_only_scored(settings, start, calls, monkeypatch):
    run = start()
    with monkeypatch.context() as patch:
        patch.setattr(quick, "write_scores", lambda *_: 1 / 0)
        assert work_on(settings, run, 1).state == "failed"
    model = run.files.model.read_bytes()
    runs.resume_run(settings, runs.open_run(settings, run.id))
    monkeypatch.setattr(quick, "choose_head", lambda *_: pytest.fail("fitted twice"))
    done = work_on(settings, run)
    assert (done.state, done.files.scored, done.files.model.read_bytes()) == ("done", True, model)


def test_two_files_that_answer_differently_are_no_result(settings, start, monkeypatch):
    monkeypatch.setattr(quick, "make_litert_file", lambda part, head: assemble(part, Head(-head.weights, 0.0, 1.0)))
    run = work_on(settings, start(), 1)
    assert (run.state, run.val_accuracy) == ("failed", None)
    assert "answers differently from the fitted one" in run.status.error


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        ("model1", {"flip": "none", "rotation": 0.0}),
        ("model4", {}),
        ("model4", {"flip": "none", "rotation": 0.0, "fine_tune_layers": 20}),
        ("model4", {"flip": "none", "rotation": 0.0, "epochs": 2}),
    ],
)
def test_what_does_not_go_with_a_quick_training_is_refused(model, changes):
    with pytest.raises(UsageError, match="A quick training"):
        TrainConfig(model, **{"epochs": 1, "quick": True, **changes})
