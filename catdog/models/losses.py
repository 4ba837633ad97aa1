"""What training makes small, with or without label smoothing, and what it measures beside it."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

CROSS_ENTROPY = "cross_entropy"  # the metric that tells the loss of the labels as they are where training smooths them
CLASSES = 2


def make_loss(kind: str, logits: bool, label_smoothing: float = 0.0) -> "keras.Loss":
    """Return a model's loss.

    Args:
        kind: Name of the Keras loss class without label smoothing.
        logits: Whether the model gives two logits an image, (N, 2), else the probability of class 1, (N, 1).
        label_smoothing: How far the labels are moved from 0 and 1 towards one half, 0 up to 1: 0.1 turns 1 into 0.95.
            After Szegedy et al., Rethinking the Inception architecture for computer vision, 2016, section 7.
    """
    import keras

    if not label_smoothing:
        return getattr(keras.losses, kind)(from_logits=logits)
    if logits:  # Keras' own loss for whole-number labels has no smoothing
        return _smoothed_sparse_loss()(label_smoothing)
    return keras.losses.BinaryCrossentropy(label_smoothing=label_smoothing)


def make_metrics(logits: bool, label_smoothing: float = 0.0) -> "list[keras.Metric]":
    """Return a metric called "accuracy" and, with label smoothing, one called `CROSS_ENTROPY`.

    The smoothed loss can't fall to 0 and is computed for validation, too, so it could not be laid beside that of other
    runs. Cross-entropy with the labels as they are can.
    """
    import keras

    accuracy = keras.metrics.SparseCategoricalAccuracy if logits else keras.metrics.BinaryAccuracy
    metrics: list[keras.Metric] = [accuracy(name="accuracy")]
    if label_smoothing:
        entropy = keras.metrics.SparseCategoricalCrossentropy if logits else keras.metrics.BinaryCrossentropy
        metrics.append(entropy(name=CROSS_ENTROPY, from_logits=logits))
    return metrics


@cache
def _smoothed_sparse_loss() -> "type[keras.Loss]":
    import keras

    @keras.saving.register_keras_serializable(package="catdog")
    class SmoothedSparseCategoricalCrossentropy(keras.Loss):
        """Cross-entropy from logits with labels 0 and 1, (N,) or (N, 1), that are smoothed."""

        def __init__(self, label_smoothing: float, **options: object) -> None:
            super().__init__(**options)
            self.label_smoothing = label_smoothing

        def call(self, y_true, y_pred):  # Keras' names
            """Return the loss of each image, (N,)."""
            labels = keras.ops.one_hot(keras.ops.cast(keras.ops.reshape(y_true, (-1,)), "int32"), CLASSES)
            return keras.losses.categorical_crossentropy(
                labels, y_pred, from_logits=True, label_smoothing=self.label_smoothing
            )

        def get_config(self) -> dict:
            """Return the arguments that make it again."""
            return {**super().get_config(), "label_smoothing": self.label_smoothing}

    return SmoothedSparseCategoricalCrossentropy
