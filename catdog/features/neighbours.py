"""The images most alike to one, by the angle between their features."""

import numpy as np


def find_neighbours(features: np.ndarray, values: np.ndarray, count: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Return the images whose features are most alike.

    Alike is what MobileNetV2 sees in the same way: the cosine distance is 0 for features in the same proportions,
    however strong, and 1 for those that have nothing in common. Every image is compared, so nothing is missed.

    Args:
        features: Of one image, float32 (D,).
        values: Of the images to search, float32 (N, D).
        count: How many to return, at most.

    Returns:
        The rows of the nearest images, int64 (K,), and their distances, float32 (K,), 0..1, the nearest first; among
        equals, the first row.
    """
    lengths = np.sqrt(np.einsum("nd,nd->n", values, values)) * np.float32(np.linalg.norm(features))
    likeness = values @ features / np.maximum(lengths, np.finfo(np.float32).tiny)
    distances = np.clip(1 - likeness, 0, 1).astype(np.float32)
    rows = np.argsort(distances, kind="stable")[:count]
    return rows, distances[rows]
