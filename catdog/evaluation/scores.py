"""Scores of a model's answers, with NumPy only."""

import numpy as np

SMALLEST = np.float32(1e-7)  # Keras's epsilon, and its precision: keeps the logarithm of a probability of 0 finite


def cross_entropy(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return what each answer costs, its binary cross-entropy in nats, float64 (N,); arguments as for `score`.

    Probabilities count as float32, as models give them, and no nearer to 0 or 1 than SMALLEST.
    """
    clipped = np.clip(np.asarray(probabilities, np.float32), SMALLEST, 1 - SMALLEST).astype(np.float64)
    return -np.where(np.asarray(labels) == 1, np.log(clipped), np.log(1 - clipped))


def score(labels: np.ndarray, probabilities: np.ndarray) -> dict:
    """Return accuracy, loss, number of photos and confusion counts of these answers.

    labels: int (N,), 0 or 1; probabilities: float (N,), 0..1, of class 1, which is the answer above 0.5 (Keras's
    rule). The loss is the mean binary cross-entropy in nats, equal to that of Keras's BinaryCrossentropy for these
    probabilities, and for two classes to its SparseCategoricalCrossentropy. (Keras's own figures in training come from
    before the sigmoid, so that a very sure wrong answer can cost more there.) confusion[true label][answer] counts
    photos.
    """
    labels = np.asarray(labels, dtype=np.int64)
    probabilities = np.asarray(probabilities, dtype=np.float32)
    answers = (probabilities > 0.5).astype(np.int64)
    confusion = np.zeros((2, 2), dtype=int)
    np.add.at(confusion, (labels, answers), 1)
    return {
        "accuracy": float((answers == labels).mean()) if len(labels) else None,
        "loss": float(cross_entropy(labels, probabilities).mean()) if len(labels) else None,
        "photos": len(labels),
        "confusion": confusion.tolist(),
    }
