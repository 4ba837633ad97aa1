"""The worker, in this process: a whole training, and one that is stopped, fails on a full disk and is resumed.

A network of a few hundred weights, in parts of the same names, takes the place of model4, which would cost these
tests a minute and more; it drops out at random as model4 does, and its backbone's features are stored.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from catdog import runs
from catdog.augmentation.config import Augmentation
from catdog.datasets import TEST, VALIDATION, open_dataset
from catdog.inference.predictor import load_predictor
from catdog.models.mobilenet import Weights
from catdog.models.specs import compile_model
from catdog.runs import Run
from catdog.settings import Settings
from catdog.training import RunFolder, TrainConfig, checkpoint, loop, reporter, worker
from catdog.training.history import Epoch, read_history
from catdog.training.tensorboard import read_points
from catdog.training.worker import work

EPOCHS, STEPS = 4, 3  # 24 training pictures in batches of 8


def small_network(name: str, weights: Path, augmentation: Augmentation, seed: int, scaling: object = None):
    """What stands in for catdog.models.specs.build_model."""
    import keras

    keras.utils.set_random_seed(seed)
    layers = keras.layers
    pictures = keras.Input((160, 160, 3), name="pictures")
    x = layers.Rescaling(1 / 127.5, offset=-1, name="scale")(pictures)
    backbone = keras.Sequential([keras.Input((160, 160, 3)), layers.AveragePooling2D(8)], name="mobilenetv2_small")
    x = layers.Flatten(name="features")(backbone(x, training=False))
    x = layers.Dropout(0.4, name="dropout")(x)
    return keras.Model(pictures, layers.Dense(1, activation="sigmoid", name="probability")(x), name=name)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("worker"), photos_url="file:///nowhere")


@pytest.fixture(scope="module")
def config(picture_folder: Path) -> TrainConfig:
    helps = {"label_smoothing": 0.1, "weight_decay": 0.05, "clip_norm": 1.0}
    return TrainConfig(
        "model4", str(picture_folder), EPOCHS, 8, learning_rate=0.004, seed=3, schedule="cosine", **helps
    )


@pytest.fixture(autouse=True, scope="module")
def _small_model() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "build_model", small_network)
        patch.setattr(
            "catdog.models.mobilenet.find_weights", lambda *_: Weights(Path("/weights.h5"), "weights of this test")
        )
        patch.setattr("catdog.runs.executors.local.start", lambda settings, files: None)
        yield


@pytest.fixture(scope="module")
def straight(settings: Settings, config: TrainConfig) -> Run:
    """A run that trained from its beginning to its end."""
    run = runs.create_run(settings, config)
    before = signal.getsignal(signal.SIGTERM)
    assert work(run.files, settings) == 0
    assert signal.getsignal(signal.SIGTERM) is before
    return runs.open_run(settings, run.id)


@dataclass(frozen=True)
class Story:
    """A run that was stopped in its third epoch, failed on a full disk when resumed, and then went on to its end."""

    stopped: Run
    stopped_files: list[str]
    stopped_history: list[Epoch]
    full: Run
    full_history: list[Epoch]
    full_checkpoint: int  # steps of the optimizer in the checkpoint after the failure
    done: Run
    steps: list[int]  # steps of the optimizer as each epoch ended
    exact: list[bool]  # whether what a checkpoint gave back was what had been saved


def _steps(folder: RunFolder) -> int:
    """The optimizer's steps in a folder's checkpoint."""
    model = small_network("model4", Path(), Augmentation(), seed=0)
    compile_model(model, "model4")
    checkpoint.load_checkpoint(folder, model)
    return int(model.optimizer.iterations)


@pytest.fixture(scope="module")
def story(settings: Settings, config: TrainConfig, full_disk: Callable[[int], AbstractContextManager[None]]) -> Story:
    saved: dict[int, list[np.ndarray]] = {}
    steps: list[int] = []
    exact: list[bool] = []

    def values(model) -> list[np.ndarray]:
        return [variable.numpy() for variable in (*model.variables, *model.optimizer.variables)]

    def save(folder: RunFolder, model, epochs: list[Epoch]) -> None:
        checkpoint.save_checkpoint(folder, model, epochs)
        saved[len(epochs)] = values(model)
        steps.append(int(model.optimizer.iterations))

    def load(folder: RunFolder, model) -> list[Epoch]:
        epochs = checkpoint.load_checkpoint(folder, model)
        if epochs:
            exact.append(all(map(np.array_equal, values(model), saved[len(epochs)])))
        return epochs

    class StopsInEpoch3(reporter.Reporter):
        def batch_end(self, batch: int, logs: dict | None = None) -> None:
            if (self.status.epoch, batch) == (3, 1):
                runs.stop_run(settings, run)
            super().batch_end(batch, logs)

    run = runs.create_run(settings, config)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "save_checkpoint", save)
        patch.setattr(loop, "load_checkpoint", load)
        with patch.context() as stopping:
            stopping.setattr(worker, "Reporter", StopsInEpoch3)
            assert work(run.files, settings) == 0
        stopped = runs.open_run(settings, run.id)
        stopped_files = sorted(path.name for path in run.folder.iterdir() if path.name[0] != ".")
        stopped_history = read_history(run.files.history)

        (run.folder / ".model-0badcafe.keras").write_text("half of one, left by a kill")
        runs.resume_run(settings, stopped)
        with full_disk(10_000):
            assert work(run.files, settings) == 1
        full = runs.open_run(settings, run.id)
        full_history = read_history(run.files.history)
        full_checkpoint = _steps(run.files)

        runs.resume_run(settings, full)
        assert work(run.files, settings) == 0
    done = runs.open_run(settings, run.id)
    return Story(*(stopped, stopped_files, stopped_history, full, full_history, full_checkpoint, done, steps, exact))


def test_a_finished_run_has_the_files_of_the_design_and_no_others(straight: Run) -> None:
    assert straight.state == "done"
    assert sorted(path.name for path in straight.folder.iterdir() if path.name[0] != ".") == [
        *("batches.csv", "config.json", "evaluation.json", "history.csv", "model.keras", "model.tflite"),
        *("predictions.csv", "sample.csv", "status.json", "tensorboard"),
    ]


def test_the_status_of_a_finished_run_says_what_it_reached(straight: Run) -> None:
    status, history = straight.status, straight.history()
    assert (status.epoch, status.epochs, status.batch, status.batches) == (EPOCHS, EPOCHS, STEPS, STEPS)
    assert (status.error, status.message, status.pid) == ("", "", None)
    assert status.best_val_accuracy == max(history["val_accuracy"])
    assert status.best_epoch == 1 + int(np.argmax(history["val_accuracy"]))
    assert status.seconds == pytest.approx(sum(history["seconds"]), rel=1e-3)
    assert status.queued <= status.started <= status.training_started <= status.scoring_started <= status.finished
    assert status.finished <= status.updated


def test_the_history_has_a_row_for_each_epoch(straight: Run) -> None:
    history = straight.history()
    assert history["epoch"] == list(range(1, EPOCHS + 1))
    assert all(0 <= value <= 1 for name in ("accuracy", "val_accuracy") for value in history[name])
    assert history["loss"][-1] < history["loss"][0]


def test_training_accuracy_within_epochs_adds_up_to_the_historys(straight: Run, story: Story) -> None:
    for run in (straight, story.done):  # the second was stopped in its third epoch
        points, history = run.batch_curve(), run.history()
        assert [epochs for epochs, _ in points] == pytest.approx(
            [(step + 1) / STEPS for step in range(EPOCHS * STEPS)], abs=1e-4
        )
        for epoch, accuracy in zip(history["epoch"], history["accuracy"], strict=True):
            batches = [value for epochs, value in points if epoch - 1 < epochs - 1e-6 <= epoch]
            assert sum(batches) / STEPS == pytest.approx(accuracy, abs=1e-3)


def test_the_sample_has_the_kept_models_answers_of_the_best_epoch(straight: Run, story: Story) -> None:
    for run in (straight, story.done):
        sample, predictions = run.sample(), run.predictions()
        assert list(sample.answers) == list(range(EPOCHS + 1))
        expected = [predictions.probabilities[predictions.paths.index(path)] for path in sample.paths]
        assert sample.answers[run.best_epoch] == pytest.approx(expected, abs=5e-3)
        assert sample.labels == (0, 1, 0, 1, 0, 1)


def test_the_configuration_says_data_device_versions_and_weights(straight: Run, settings: Settings) -> None:
    details, catalog = straight.details, open_dataset(settings, straight.config.source).catalog
    assert details["config"] == straight.config.to_dict()
    assert details["data"]["fingerprint"] == catalog.fingerprint
    assert details["data"]["classes"] == ["cats", "dogs"]
    assert details["data"]["counts"] == catalog.counts()
    assert details["data"]["baseline"] == 0.5
    assert details["device"]
    assert {"python", "tensorflow", "keras", "numpy"} <= set(details["versions"])
    assert details["weights"] == {"source": "weights of this test", "path": "/weights.h5"}


def test_the_model_that_is_kept_is_that_of_the_best_epoch(straight: Run, settings: Settings) -> None:
    import keras

    dataset = open_dataset(settings, straight.config.source)
    model = keras.saving.load_model(straight.files.model)
    assert not model.compiled
    rows = dataset.catalog.indices(VALIDATION)
    answers = model.predict(dataset.pixels[rows].astype(np.float32), verbose=0)[:, 0] > 0.5
    accuracy = float((answers == dataset.catalog.labels[rows]).mean())
    assert accuracy == pytest.approx(straight.best_val_accuracy, abs=1e-5)
    assert straight.evaluation[VALIDATION]["accuracy"] == pytest.approx(accuracy)


def test_litert_gives_the_answers_of_the_predictions(straight: Run, settings: Settings) -> None:
    dataset = open_dataset(settings, straight.config.source)
    predictions = straight.predictions()
    assert predictions.paths == dataset.catalog.paths
    assert predictions.labels.tolist() == dataset.catalog.labels.tolist()
    np.testing.assert_allclose(
        load_predictor(straight.files.tflite, straight.name).predict(dataset.pixels),
        predictions.probabilities,
        atol=1e-4,
    )
    assert straight.test_accuracy == straight.evaluation[TEST]["accuracy"]
    assert straight.evaluation[TEST]["photos"] == 8


def test_a_stopped_run_keeps_epochs_best_model_and_scores(story: Story) -> None:
    run = story.stopped
    assert (run.state, run.status.error) == ("stopped", "")
    assert [epoch.epoch for epoch in story.stopped_history] == [1, 2]
    assert story.stopped_files == [
        *("batches.csv", "checkpoint", "config.json", "evaluation.json", "history.csv", "model.keras"),
        *("model.tflite", "predictions.csv", "sample.csv", "status.json", "tensorboard"),
    ]
    assert run.best_val_accuracy == max(epoch.val_accuracy for epoch in story.stopped_history)
    assert run.evaluation[VALIDATION]["accuracy"] == pytest.approx(run.best_val_accuracy, abs=1e-5)


def test_a_full_disk_fails_the_run_in_words_and_loses_nothing_older(story: Story) -> None:
    assert story.full.state == "failed"
    assert story.full.status.error == "The disk is full: free some space (about 500 MB) and resume the run."
    assert story.full_history == story.stopped_history
    assert story.full_checkpoint == 2 * STEPS


def test_a_resumed_run_goes_on_exactly_where_its_checkpoint_was(story: Story) -> None:
    assert story.exact == [True, True]
    assert story.steps == [STEPS * epoch for epoch in range(1, EPOCHS + 1)]


def test_a_resumed_run_has_one_history_and_ends_as_any_other(story: Story) -> None:
    history = read_history(story.done.files.history)
    assert [epoch.epoch for epoch in history] == [1, 2, 3, 4]
    assert history[:2] == story.stopped_history
    assert story.done.state == "done"
    assert (story.done.status.error, story.done.files.checkpoint.exists()) == ("", False)
    assert story.done.status.seconds == pytest.approx(sum(epoch.seconds for epoch in history), rel=1e-3)
    assert story.done.status.prepared > story.stopped.status.prepared > 0  # each process computes the features anew
    assert story.done.seconds == story.done.status.seconds + story.done.status.prepared


def test_what_a_killed_process_left_half_written_is_gone_at_the_end(story: Story) -> None:
    assert {path.name for path in story.done.folder.glob(".*")} <= {".lock", ".config.lock"}


def test_a_resumed_run_learns_what_one_that_was_never_stopped_learns(story: Story, straight: Run) -> None:
    """The same pictures in the same order, turned and dropped out at random in the same way."""
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(story.done.history()[name], straight.history()[name], rtol=0.01, atol=1e-4)


def test_a_resumed_run_is_exactly_on_its_schedule(story: Story, straight: Run) -> None:
    assert straight.history()["learning_rate"] == pytest.approx([0.004, 0.00341421, 0.002, 0.000585786])
    assert story.done.history()["learning_rate"] == straight.history()["learning_rate"]


def test_event_files_show_every_epoch_after_stop_full_disk_and_resume(story: Story) -> None:
    shown = read_points(story.done.files.tensorboard / "validation")
    assert shown == {(name, epoch) for name in ("epoch_accuracy", "epoch_loss") for epoch in (1, 2, 3, 4)}


def test_a_run_that_ends_early_is_done_and_can_keep_its_last_weights(settings: Settings, config: TrainConfig) -> None:
    import keras

    # steps too small to change any answer: no epoch is better than the first
    config = replace(config, epochs=9, learning_rate=1e-9, patience=2, restore_best=False)
    run = runs.create_run(settings, config)
    saved = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "save_checkpoint", lambda folder, model, epochs: saved.append(model.get_weights()))
        assert work(run.files, settings) == 0
    run = runs.open_run(settings, run.id)
    assert (run.state, run.best_epoch, run.history()["epoch"]) == ("done", 1, [1, 2, 3])
    kept = keras.saving.load_model(run.files.model).get_weights()
    assert [np.array_equal(ours, last) for ours, last in zip(kept, saved[2], strict=True)] == [True] * len(kept)
    assert not all(np.array_equal(ours, best) for ours, best in zip(kept, saved[0], strict=True))
    assert run.evaluation[VALIDATION]["accuracy"] == pytest.approx(run.history()["val_accuracy"][-1], abs=1e-5)
    assert run.usable


def test_a_finished_run_cannot_be_resumed(story: Story, settings: Settings) -> None:
    with pytest.raises(runs.actions.RunError):
        runs.resume_run(settings, story.done)


def test_a_run_killed_while_it_was_scored_is_only_scored_again(
    settings: Settings, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, before = story.done, story.done.files.model.read_bytes()
    run.files.tflite.unlink()
    run.files.evaluation.unlink()
    run.files.write_status(replace(run.status, state="running", pid=1, pid_started=0.0, best_val_accuracy=None))
    assert runs.open_run(settings, run.id).state == "interrupted"

    def train(*_: object) -> None:
        raise AssertionError("it trained again")

    monkeypatch.setattr(loop, "fit", train)
    assert work(run.files, settings) == 0
    again = runs.open_run(settings, run.id)
    assert again.state == "done"
    assert again.usable
    assert again.evaluation == run.evaluation
    assert again.best_val_accuracy == run.best_val_accuracy
    assert run.files.model.read_bytes() == before
