"""What a run is trained on: batches of images, or what model4's frozen layers have computed of them."""

import logging
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from catdog.augmentation.config import Augmentation
from catdog.datasets import TRAINING, VALIDATION, Dataset
from catdog.datasets.splits import sample_stratified
from catdog.features.shared import share_features
from catdog.models.fine_tuning import build_above, find_cut
from catdog.models.specs import compile_like, get_spec
from catdog.models.summary import LAST
from catdog.settings import Settings
from catdog.training.acceleration import strip_augmentation
from catdog.training.batches import make_batches
from catdog.training.config import TrainConfig
from catdog.training.features import (
    MOST_ACTIVATIONS,
    Features,
    activation_bytes,
    build_head,
    compute_features,
    count_variants,
    make_feature_batches,
)
from catdog.training.reporter import Reporter
from catdog.utils.text import format_size

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

VALIDATION_BATCH = 256  # rows of stored features that are validated at once

logger = logging.getLogger(__name__)


class Prepared(NamedTuple):
    """What a phase of a run is trained on.

    Attributes:
        model: What is trained in the run's model's place.
        training: The batches that train it.
        validation: Those for validation.
        sample: What `model` takes for the rows of the sample, float32 (N, …).
    """

    model: "keras.Model"
    training: "tf.data.Dataset"
    validation: "tf.data.Dataset"
    sample: np.ndarray


@dataclass(eq=False)
class Material:
    """The images of a run, and what is computed of them once, when it is first needed.

    Attributes:
        config: The run's settings.
        dataset: What it learns from.
        reporter: Gets the progress; its status names the epoch under way.
        settings: Say where the cache is.
        weights: The file with the weights of the model's frozen backbone; None where that is not known, as of a run
            that was resumed, whose checkpoint has them.
    """

    config: TrainConfig
    dataset: Dataset
    reporter: Reporter
    settings: Settings
    weights: Path | None = None
    _features: Features | None = field(default=None, init=False)

    @property
    def rows(self) -> np.ndarray:
        """The training images that are used, integers (M,)."""
        catalog = self.dataset.catalog
        return sample_stratified(catalog.indices(TRAINING), catalog.labels, self.config.fraction, self.config.seed)

    def prepare(self, model: "keras.Model", fine_tunes: bool, sample: np.ndarray) -> Prepared:
        """Return what is trained, and on what.

        Args:
            model: The run's model, compiled.
            fine_tunes: Whether it is being fine-tuned.
            sample: Rows of validation images.
        """
        if not stores_features(self.config):
            return self._prepare_images(model, fine_tunes, sample)
        cut = self._find_cut(model)
        if not fine_tunes:
            features = self._compute(model, cut)
            return self._batch(build_head(model), features.training, features.validation, sample)
        if cut is None:
            return self._prepare_images(model, fine_tunes, sample)
        above = compile_like(build_above(model, cut), model, self.config.model)
        features = self._compute(model, cut)
        return self._batch(above, features.activations, features.validation_activations, sample)

    def _find_cut(self, model: "keras.Model") -> "keras.Layer | None":
        """Return the layer whose activations are stored; None without fine-tuning, or where they take too much room."""
        if not self.config.fine_tune_layers:
            return None
        cut = find_cut(model, self.config.fine_tune_layers)
        variants, validation = count_variants(self.config.augmentation), self.dataset.catalog.indices(VALIDATION)
        taken = activation_bytes(cut.output.shape[1:], variants, len(self.rows), len(validation))
        logger.info("the activations of %s would take %s", cut.name, format_size(taken))
        return cut if taken <= MOST_ACTIVATIONS else None

    def _compute(self, model: "keras.Model", cut: "keras.Layer | None") -> Features:
        if self._features is None:
            began, config, cache = time.monotonic(), self.config, self.settings.cache
            shared = None
            # with a cut each image goes through the backbone anyway
            if cut is None and self.weights and model.get_layer("features").output.shape[1] == LAST:
                shared = share_features(model, self.weights, self.dataset, cache, self.reporter.say)
            self._features = compute_features(
                *(model, self.dataset, self.rows, config.augmentation, config.seed),
                *(self.reporter, cache, cut, shared),
            )
            self.reporter.update(prepared=self.reporter.status.prepared + time.monotonic() - began)
        return self._features

    def _batch(
        self, model: "keras.Model", training: np.ndarray, validation: np.ndarray, sample: np.ndarray
    ) -> Prepared:
        labels, rows = self.dataset.catalog.labels, self.dataset.catalog.indices(VALIDATION)
        return Prepared(
            model,
            make_feature_batches(training, labels[self.rows], self.config.batch_size, self._order),
            make_feature_batches(validation[np.newaxis], labels[rows], VALIDATION_BATCH),
            validation[np.searchsorted(rows, sample)].astype(np.float32),
        )

    def _prepare_images(self, model: "keras.Model", fine_tunes: bool, sample: np.ndarray) -> Prepared:
        config, pixels, catalog = self.config, self.dataset.pixels, self.dataset.catalog
        augmentation = Augmentation() if config.exact else config.augmentation
        train = make_batches(pixels, catalog.labels, self.rows, config.batch_size, self._order, augmentation)
        rows, size = catalog.indices(VALIDATION), max(64, config.batch_size)
        validation = make_batches(pixels, catalog.labels, rows, size)
        trained = model
        if not config.exact:
            above = compile_like(build_above(model), model, config.model) if fine_tunes else None
            trained = above or strip_augmentation(model, config.model)
        return Prepared(trained, train, validation, pixels[sample].astype(np.float32))

    def _order(self) -> np.random.Generator:
        # from seed and epoch alone, so a resumed run sees the photos as one that was never stopped
        return np.random.default_rng((self.config.seed, self.reporter.status.epoch))


def stores_features(config: TrainConfig) -> bool:
    """Tell whether what the frozen layers compute is stored."""
    return get_spec(config.model).backbone and not config.exact
