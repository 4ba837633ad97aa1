"""Splits: which images train, which choose the best epoch (validation) and which give the final score (test)."""

import numpy as np

TRAINING, VALIDATION, TEST = "training", "validation", "test"
SPLITS = (TRAINING, VALIDATION, TEST)
SPLIT_SEED = 20
BATCH = 32  # images


def test_size(validation_photos: int) -> int:
    """Return how many photos of a validation folder become the test set.

    The published notebook takes the first fifth of the validation batches of 32: 6 of 32, so 192 of 1,000 photos.
    A folder of fewer than five batches gives a fifth of its photos.

    Args:
        validation_photos: Number of photos in the folder.
    """
    batches = -(-validation_photos // BATCH)
    return batches // 5 * BATCH or validation_photos // 5


def split_given_folders(labels: np.ndarray, in_training: np.ndarray, seed: int = SPLIT_SEED) -> np.ndarray:
    """Split images that lie in train/ and validation/: part of validation/ becomes the test set.

    The test images are drawn once, stratified by class, so that they never overlap with validation and are the same
    for everyone with the same seed.

    Args:
        labels: int64 (N,).
        in_training: bool (N,), whether an image lies in train/.
        seed: Of the draw.

    Returns:
        The split of each image, str (N,).
    """
    splits = np.where(in_training, TRAINING, VALIDATION).astype(object)
    held_out = np.flatnonzero(~in_training)
    for rows in _draw_stratified(labels, held_out, test_size(len(held_out)), np.random.default_rng(seed)):
        splits[rows] = TEST
    return splits.astype(str)


def split_stratified(labels: np.ndarray, seed: int = SPLIT_SEED) -> np.ndarray:
    """Split images 70 / 20 / 10 into training, validation and test, stratified by class.

    Args:
        labels: int64 (N,).
        seed: Of the draw.

    Returns:
        The split of each image, str (N,).
    """
    rng = np.random.default_rng(seed)
    splits = np.full(len(labels), TRAINING, dtype=object)
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        validation, test = round(0.2 * len(members)), round(0.1 * len(members))
        splits[members[:validation]] = VALIDATION
        splits[members[validation : validation + test]] = TEST
    return splits.astype(str)


def assign_splits(labels: np.ndarray, folders: np.ndarray, seed: int = SPLIT_SEED) -> np.ndarray:
    """Split images by the folders that they lie in, and draw the splits that no folder says.

    Without folders, all are drawn 70 / 20 / 10. Without test/, part of validation/ becomes the test split; without
    validation/, a fifth of train/ becomes the validation split. What is given stays as it is.

    Args:
        labels: int64 (N,).
        folders: str (N,): "train", "validation" or "test", or "" for all.
        seed: Of the draw.

    Returns:
        The split of each image, str (N,).
    """
    given = set(folders.tolist())
    if given <= {""}:
        return split_stratified(labels, seed)
    if "test" not in given:
        return split_given_folders(labels, folders == "train", seed)
    splits = np.select([folders == "test", folders == "validation"], [TEST, VALIDATION], TRAINING).astype(object)
    if "validation" not in given:
        training = np.flatnonzero(folders == "train")
        for rows in _draw_stratified(labels, training, round(0.2 * len(training)), np.random.default_rng(seed)):
            splits[rows] = VALIDATION
    return splits.astype(str)


def sample_stratified(indices: np.ndarray, labels: np.ndarray, fraction: float, seed: int) -> np.ndarray:
    """Sample a fraction of rows, stratified by class, with at least two of each class.

    Args:
        indices: Rows of the catalog, int64 (M,).
        labels: Of the whole catalog, int64 (N,).
        fraction: Share to keep, 0 to 1; 1 keeps all rows.
        seed: Of the draw.

    Returns:
        Rows, int64, ascending.
    """
    if fraction >= 1:
        return indices
    rng = np.random.default_rng(seed)
    kept = []
    for label in np.unique(labels[indices]):
        members = rng.permutation(indices[labels[indices] == label])
        kept.append(members[: max(2, round(fraction * len(members)))])
    return np.sort(np.concatenate(kept))


def _draw_stratified(labels: np.ndarray, members: np.ndarray, size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Draw `size` of `members`, each class in proportion, rounded by the largest remainder method."""
    classes, counts = np.unique(labels[members], return_counts=True)
    shares = size * counts / max(1, len(members))
    quota = np.floor(shares).astype(int)
    for position in np.argsort(quota - shares, kind="stable")[: size - quota.sum()]:
        quota[position] += 1
    return [
        rng.permutation(members[labels[members] == label])[:count] for label, count in zip(classes, quota, strict=True)
    ]
