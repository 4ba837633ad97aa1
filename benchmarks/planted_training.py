"""Trains what benchmarks.plants lists, all in one process: see benchmarks.planted_faults."""

import gc
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.plants import HEAVY, NEEDS_TWIN, Plant, find_twin
from catdog.augmentation.config import Augmentation
from catdog.datasets import TRAINING, VALIDATION, Dataset, open_dataset
from catdog.datasets.splits import sample_stratified
from catdog.models.mobilenet import find_weights
from catdog.models.specs import build_model, compile_model, get_spec
from catdog.settings import Settings
from catdog.training import TrainConfig
from catdog.training.acceleration import get_fused_adam, strip_augmentation, use_fast_arithmetic
from catdog.training.batches import make_batches
from catdog.training.features import Features, build_head, compute_features, make_feature_batches
from catdog.training.history import Epoch, write_history
from catdog.utils.progress import silent

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

FEATURES_OF = 600  # training images whose features are stored for model4


def train_missing(plants: list[Plant], folder: Path, twins: Path) -> None:
    """Train what has no history file yet; a line for each goes to standard error.

    Args:
        plants: The trainings.
        folder: Where their histories are.
        twins: Where the histories of their twins are.
    """
    settings = Settings.from_environment()
    datasets: dict[str, Dataset] = {}
    features: dict[tuple[str, Augmentation], tuple[np.ndarray, Features]] = {}
    for plant, path in _list_files(plants, folder, twins):
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if plant.source not in datasets:
            datasets[plant.source] = open_dataset(settings, plant.source)
        began = time.monotonic()
        epochs = _Training(plant, datasets[plant.source], settings, features).run()
        write_history(path, epochs)
        print(f"{path.name}: {time.monotonic() - began:.0f} s, {epochs[-1]}", file=sys.stderr, flush=True)


def _list_files(plants: list[Plant], folder: Path, twins: Path) -> Iterator[tuple[Plant, Path]]:
    for plant in plants:
        yield plant, folder / f"{plant.name}.csv"
        if plant.fault in NEEDS_TWIN:
            twin = find_twin(plant)
            yield twin, twins / f"{twin.name}.csv"


class _Training:
    """One training: its images, labels, model and batches."""

    def __init__(self, plant: Plant, dataset: Dataset, settings: Settings, features: dict) -> None:
        self.plant, self.dataset, self.settings, self.features = plant, dataset, settings, features
        self.spec = get_spec(plant.model)
        self.augmentation = {"own": self.spec.augmentation, "none": Augmentation(), "heavy": HEAVY}[plant.augmentation]
        self.epochs: list[Epoch] = []
        catalog = dataset.catalog
        labels = catalog.labels.astype(np.int64)
        training, validation = catalog.indices(TRAINING), catalog.indices(VALIDATION)
        if self.spec.backbone:
            training = self._choose_stored()
        self.rows = sample_stratified(training, labels, plant.training / len(training), plant.seed)
        self.tested = sample_stratified(validation, labels, min(1.0, plant.validation / len(validation)), plant.seed)
        rng = np.random.default_rng((plant.seed, 1))
        redrawn = self.rows[rng.random(len(self.rows)) < plant.noise]
        self.labels = labels.copy()
        self.labels[redrawn] = rng.integers(2, size=len(redrawn))

    def run(self) -> list[Epoch]:
        """Train; return the epochs, of which the last has a loss that is no number where training broke off."""
        import keras

        keras.backend.clear_session()
        gc.collect()
        keras.utils.set_random_seed(self.plant.seed)
        with use_fast_arithmetic(TrainConfig(self.plant.model, self.plant.source)):
            model, training, validation = self._prepare()
            self._began = time.monotonic()
            model.fit(
                training,
                validation_data=validation,
                epochs=self.plant.epochs,
                shuffle=False,
                verbose=0,
                callbacks=[
                    keras.callbacks.LambdaCallback(on_epoch_end=self._end_epoch),
                    keras.callbacks.TerminateOnNaN(),
                ],
            )
        return self.epochs

    def _end_epoch(self, index: int, logs: dict[str, float]) -> None:
        before, self._began = self._began, time.monotonic()
        values = {name: float(logs[name]) for name in ("accuracy", "loss", "val_accuracy", "val_loss")}
        self.epochs.append(Epoch(index + 1, self._began - before, **values, learning_rate=self.plant.learning_rate))

    def _order(self) -> np.random.Generator:
        return np.random.default_rng((self.plant.seed, len(self.epochs)))

    def _prepare(self) -> "tuple[keras.Model, tf.data.Dataset, tf.data.Dataset]":
        """Return what is trained, and the batches of training and validation."""
        plant, true_labels = self.plant, self.dataset.catalog.labels
        if self.spec.backbone:
            weights = find_weights(self.settings, silent)
            model = build_model(plant.model, weights=weights.path, seed=plant.seed)
            compile_model(model, plant.model, plant.learning_rate, adam=get_fused_adam())
            stored, features = self._get_features(model)
            chosen = np.searchsorted(stored, self.rows)
            tested = np.searchsorted(self.dataset.catalog.indices(VALIDATION), self.tested)
            training = make_feature_batches(
                features.training[:, chosen], self.labels[self.rows], plant.batch, self._order
            )
            validation = make_feature_batches(features.validation[tested][np.newaxis], true_labels[self.tested], 256)
            return build_head(model), training, validation
        model = build_model(plant.model, augmentation=self.augmentation, seed=plant.seed)
        compile_model(model, plant.model, plant.learning_rate, adam=get_fused_adam())
        pixels = self.dataset.pixels
        training = make_batches(pixels, self.labels, self.rows, plant.batch, self._order, self.augmentation)
        return strip_augmentation(model, plant.model), training, make_batches(pixels, true_labels, self.tested, 64)

    def _get_features(self, model: "keras.Model") -> tuple[np.ndarray, Features]:
        """Return the training rows whose features are stored, in order, and the features."""
        key = (self.plant.source, self.augmentation)
        if key not in self.features:
            rows, reporter = self._choose_stored(), SimpleNamespace(say=silent)
            stored = compute_features(model, self.dataset, rows, self.augmentation, 0, reporter, self.settings.cache)
            self.features[key] = (rows, stored)
        return self.features[key]

    def _choose_stored(self) -> np.ndarray:
        catalog = self.dataset.catalog
        training = catalog.indices(TRAINING)
        return sample_stratified(training, catalog.labels, FEATURES_OF / len(training), 0)
