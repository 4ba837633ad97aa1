"""Resize images to the squares that the models take."""

import numpy as np

from catdog.images import SIZE


def resize(image: np.ndarray, size: int = SIZE) -> np.ndarray:
    """Resize an image to a square; its aspect ratio is not kept.

    The arithmetic is that of `tf.image.resize` (bilinear, half-pixel centers, no antialiasing), which
    `keras.utils.image_dataset_from_directory` uses; only rounding to whole levels is added.

    Args:
        image: uint8 (H, W, 3).
        size: The square's side in pixels.

    Returns:
        uint8 (size, size, 3), never `image` itself.
    """
    height, width, _ = image.shape
    if height == width == size:
        return np.array(image)  # the arithmetic below would give the same
    # Whole rows of bytes are gathered, which is fast copying: first the rows that matter, then, transposed, the columns
    # that matter. Only what is left becomes floats.
    upper, lower, down = _neighbors(height, size)
    left, right, along = _neighbors(width, size)
    rows = image.take(np.concatenate([upper, lower]), axis=0)
    columns = _transpose(rows).take(np.concatenate([left, right]), axis=0).reshape(2 * size, 2 * size * 3)
    start, across = columns[:size].astype(np.float32), columns[size:].astype(np.float32)
    across -= start
    across *= along[:, None]
    across += start
    top, result = across[:, : size * 3], across[:, size * 3 :]
    result -= top
    result *= down.repeat(3)
    result += top
    result += np.float32(0.5)
    return _transpose(result.astype(np.uint8).reshape(size, size, 3))


def _transpose(image: np.ndarray) -> np.ndarray:
    """Return an array (H, W, …) as (W, H, …)."""
    try:
        from cv2 import transpose
    except ImportError:  # as beside an exported model on another machine; it then takes a little longer
        return np.ascontiguousarray(image.swapaxes(0, 1))
    return transpose(image)


def _neighbors(length: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for `size` places along `length` pixels: index of the pixel before, of the pixel after, and the share."""
    scale = np.float32(length / size)
    place = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * scale - np.float32(0.5)
    place = place.clip(0, length - 1)
    first = place.astype(np.intp)
    return first, np.minimum(first + 1, length - 1), place - first.astype(np.float32)
