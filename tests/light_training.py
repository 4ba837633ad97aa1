"""A training that costs no TensorFlow, for tests that are about something else: it learns nothing.

All around it is real: processes, data, status, epochs that are kept and gone on from, stopping and scoring. What would
be learned is drawn at random, so that an epoch that is trained anew differs from what it was before.
"""

from collections.abc import Callable

import numpy as np

from catdog.datasets import Dataset
from catdog.settings import Settings
from catdog.training import TrainConfig, loop, outputs, worker
from catdog.training.checkpoint import STATE, read_finished_epochs
from catdog.training.history import Epoch, summarize_epochs, write_history
from catdog.training.reporter import Reporter
from catdog.training.run_folder import RunFolder
from catdog.training.sample import SampleLog
from catdog.training.scores import write_scores


def train_lightly(replace: Callable[[object, str, object], None]) -> None:
    """Let trainings in this process be of this kind; replace: setattr, or monkeypatch.setattr."""
    replace(worker, "describe_device", lambda: "no device")
    replace(loop, "list_speedups", lambda config: [])
    replace(loop, "fit", fit)
    replace(outputs, "write_outputs", write_outputs)


def fit(folder: RunFolder, config: TrainConfig, dataset: Dataset, reporter: Reporter, settings: Settings) -> None:
    """Take the place of `catdog.training.loop.fit`; each epoch has a single batch."""
    rng, epochs = np.random.default_rng(), read_finished_epochs(folder)
    sample = SampleLog(folder.sample, dataset.catalog, len(epochs))
    reporter.begin_training(epoch=len(epochs), batch=0, batches=1, **summarize_epochs(epochs))
    for number in range(len(epochs) + 1, config.epochs + 1):
        reporter.epoch_begin(number - 1)
        reporter.batch_end(0, {"accuracy": rng.random()})
        accuracy, loss, val_accuracy, val_loss = rng.random(4).round(6).tolist()
        epochs.append(Epoch(number, 0.1, accuracy, loss, val_accuracy, val_loss, config.learning_rate))
        folder.checkpoint.mkdir(exist_ok=True)
        (folder.checkpoint / STATE).touch()
        write_history(folder.checkpoint / "history.csv", epochs)
        folder.model.write_text(f"stands for the model of epoch {number}")
        write_history(folder.history, epochs)
        sample.ask(number, lambda inputs, training: rng.random((len(inputs), 1)), sample.rows)
        reporter.update(**summarize_epochs(epochs))


def write_outputs(folder: RunFolder, dataset: Dataset, *_: object) -> None:
    """Take the place of `catdog.training.outputs.write_outputs`."""
    folder.tflite.write_text("stands for the model for predictions")
    write_scores(folder, dataset.catalog, np.random.default_rng().random(len(dataset.catalog), np.float32))
