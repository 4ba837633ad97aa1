"""Pictures of any size made into the squares that the models see."""

import numpy as np

SIZE = 160


def resize(picture: np.ndarray, size: int = SIZE) -> np.ndarray:
    """Return `picture`, uint8 (H, W, 3), as uint8 (size, size, 3), its aspect ratio not kept.

    The arithmetic is that of `tf.image.resize` (bilinear, half-pixel centres, no smoothing when shrinking),
    which `keras.utils.image_dataset_from_directory` uses; only rounding to whole grey levels is added.
    """
    height, width, _ = picture.shape
    if height == width == size:
        return np.array(picture)  # what the sums below would come to
    import cv2

    # Whole rows of bytes are gathered, which is copying: first those of the picture that count, then, once rows and
    # columns have changed places, the columns of these. Only what is left becomes floats.
    upper, lower, down = _neighbours(height, size)
    left, right, along = _neighbours(width, size)
    rows = picture.take(np.concatenate([upper, lower]), axis=0)
    columns = cv2.transpose(rows).take(np.concatenate([left, right]), axis=0).reshape(2 * size, 2 * size * 3)
    start, across = columns[:size].astype(np.float32), columns[size:].astype(np.float32)
    across -= start
    across *= along[:, None]
    across += start
    top, result = across[:, : size * 3], across[:, size * 3 :]
    result -= top
    result *= down.repeat(3)
    result += top
    result += np.float32(0.5)
    return cv2.transpose(result.astype(np.uint8).reshape(size, size, 3))


def _neighbours(length: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for `size` places along `length` pixels: the pixel before, the pixel after, how far between."""
    scale = np.float32(length / size)
    place = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5)
    place = place.clip(0, length - 1)
    first = place.astype(np.intp)
    return first, np.minimum(first + 1, length - 1), place - first.astype(np.float32)
