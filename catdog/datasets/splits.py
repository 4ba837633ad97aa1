"""Which photos train, which choose the best epoch (validation) and which give the final score (test)."""

import numpy as np

TRAINING, VALIDATION, TEST = "training", "validation", "test"
SPLITS = (TRAINING, VALIDATION, TEST)
SPLIT_SEED = 20
BATCH = 32


def test_size(validation_photos: int) -> int:
    """Return how many of a validation folder's photos become the test set.

    The published notebook takes the first fifth of the validation batches of 32: 6 of 32, so 192 of 1,000 photos.
    A folder of fewer than five batches gives a fifth of its photos.
    """
    batches = -(-validation_photos // BATCH)
    return batches // 5 * BATCH or validation_photos // 5


def split_given_folders(labels: np.ndarray, in_training: np.ndarray, seed: int = SPLIT_SEED) -> np.ndarray:
    """Name the split of each photo where train/ and validation/ are given: part of validation/ becomes the test.

    labels: int64 (N,); in_training: bool (N,). Returns str (N,). The test photos are drawn once, stratified (each
    class has its share), so they never overlap with validation, and are the same for everyone with the same seed.
    """
    splits = np.where(in_training, TRAINING, VALIDATION).astype(object)
    held_out = np.flatnonzero(~in_training)
    for chosen in _stratified(labels, held_out, test_size(len(held_out)), np.random.default_rng(seed)):
        splits[chosen] = TEST
    return splits.astype(str)


def split_stratified(labels: np.ndarray, seed: int = SPLIT_SEED) -> np.ndarray:
    """Split photos without given folders 70 / 20 / 10 into training, validation and test, stratified by label.

    labels: int64 (N,). Returns str (N,).
    """
    rng = np.random.default_rng(seed)
    splits = np.full(len(labels), TRAINING, dtype=object)
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        validation, test = round(0.2 * len(members)), round(0.1 * len(members))
        splits[members[:validation]] = VALIDATION
        splits[members[validation : validation + test]] = TEST
    return splits.astype(str)


def sample_stratified(indices: np.ndarray, labels: np.ndarray, fraction: float, seed: int) -> np.ndarray:
    """Return a stratified share of `indices` (at least two of each class), ascending; all of them for 1.0.

    indices: int64 (M,), rows of the catalog; labels: int64 (N,), of the whole catalog.
    """
    if fraction >= 1:
        return indices
    rng = np.random.default_rng(seed)
    kept = []
    for label in np.unique(labels[indices]):
        members = rng.permutation(indices[labels[indices] == label])
        kept.append(members[: max(2, round(fraction * len(members)))])
    return np.sort(np.concatenate(kept))


def _stratified(labels: np.ndarray, members: np.ndarray, size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Draw `size` of `members` so that each class has its share, rounded by the largest remainder."""
    kinds, counts = np.unique(labels[members], return_counts=True)
    shares = size * counts / max(1, len(members))
    quota = np.floor(shares).astype(int)
    for position in np.argsort(quota - shares, kind="stable")[: size - quota.sum()]:
        quota[position] += 1
    return [
        rng.permutation(members[labels[members] == kind])[:number] for kind, number in zip(kinds, quota, strict=True)
    ]
