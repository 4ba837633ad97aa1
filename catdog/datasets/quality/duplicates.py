"""Near-duplicates: a perceptual hash of 63 bits for each image, compared with all others, then a closer look.

The hash is that of pHash (Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010) but for
its threshold: the 8 × 8 lowest frequencies of a DCT-II of the 32 × 32 grayscale image, without the mean, each 1 where
it is clearly positive (pHash: above the median). Brightening, resizing or recompressing changes hardly a bit.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from catdog.utils.progress import Progress, silent

SIDE = 32  # pixels of the grayscale thumbnails
FREQUENCIES = 8  # in each direction
BITS = FREQUENCIES * FREQUENCIES - 1
MAX_DISTANCE = 12  # bits; pairs whose hashes differ in more are not compared closely; unrelated images differ in 31
MIN_CORRELATION = 0.92  # of the thumbnails, from which a pair counts as near-duplicates; 1 for the same
MIN_DETAIL = 0.6  # the same without the coarse light and dark of the scene, which many images share
FLAT = 3.0  # standard deviation in gray levels below which an image shows too little to be compared
ENOUGH = 20_000  # pairs after which the search ends: the dataset is then full of copies
WHAT = "looking for images that are alike"
TILE = (512, 4096)  # hashes compared at once: 16 MB, whatever the number of images
PAIRS_AT_ONCE = 4096  # pairs of thumbnails that are compared closely at once, 32 MB as float32


@dataclass(frozen=True, eq=False)
class NearDuplicates:
    """P pairs of images that look alike, the most similar first.

    Attributes:
        first: int64 (P,), rows.
        second: int64 (P,), rows, each larger than the one in `first`.
        distance: int64 (P,), Hamming distance of the hashes, 0 to 12 of 63 bits.
        likeness: float32 (P,), Pearson correlation of the grayscale thumbnails, 0.92 to 1.
        mirrored: bool (P,), whether one image is the other's mirror image.
    """

    first: np.ndarray
    second: np.ndarray
    distance: np.ndarray
    likeness: np.ndarray
    mirrored: np.ndarray


def grayscale_thumbnails(images: np.ndarray) -> np.ndarray:
    """Shrink images to grayscale thumbnails; each pixel is the mean of the area that it covers.

    Args:
        images: RGB, uint8 (B, H, W, 3).

    Returns:
        uint8 (B, 32, 32).
    """
    import cv2

    thumbnails = np.empty((len(images), SIDE, SIDE), np.uint8)
    for image, thumbnail in zip(images, thumbnails, strict=True):
        cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (SIDE, SIDE), dst=thumbnail, interpolation=cv2.INTER_AREA)
    return thumbnails


def perceptual_hashes(thumbnails: np.ndarray) -> np.ndarray:
    """Return the perceptual hash of each thumbnail.

    Args:
        thumbnails: Grayscale, uint8 (B, 32, 32).

    Returns:
        uint64 (B,), of which 63 bits are used.
    """
    basis = _dct_basis()
    coefficients = (basis @ thumbnails.astype(np.float32) @ basis.T).reshape(len(thumbnails), -1)
    coefficients[:, 0] = 0  # the mean brightness
    # not above 0: half the coefficients of an image that is its own mirror image are 0 but for noise of the JPEG
    threshold = 0.1 * np.abs(coefficients).mean(axis=1, keepdims=True)
    return np.packbits(coefficients > threshold, axis=1).view(np.uint64)[:, 0]


def find_near_duplicates(thumbnails: np.ndarray, progress: Progress = silent) -> NearDuplicates:
    """Find the pairs of images that look alike, or alike when one is mirrored; about ENOUGH of them at most.

    All hashes are compared with all others, which takes N² steps but constant memory: about 10 seconds on one core
    for 25,000 images, two minutes for 100,000.

    Args:
        thumbnails: Of all images, grayscale, uint8 (N, 32, 32).
        progress: Told how many images have been compared with all others.
    """
    contrast = np.array([thumbnail.std() for thumbnail in thumbnails])
    rows = np.flatnonzero(contrast >= FLAT)
    hashes, mirrored_hashes = perceptual_hashes(thumbnails)[rows], perceptual_hashes(thumbnails[:, :, ::-1])[rows]
    parts: list[tuple] = []
    count = 0
    for top, left in _tiles(len(rows)):
        progress(top, len(rows), WHAT)
        block = hashes[top : top + TILE[0], None]
        for mirrored, columns in ((False, hashes), (True, mirrored_hashes)):
            distance = np.bitwise_count(block ^ columns[None, left : left + TILE[1]])
            first, second = np.nonzero(distance <= MAX_DISTANCE)
            distance = distance[first, second]
            upper = first + top < second + left  # each pair once, and no image with itself
            pair = rows[first[upper] + top], rows[second[upper] + left]
            likeness = _correlation(thumbnails, *pair, mirrored)
            kept = likeness >= MIN_CORRELATION
            parts.append((pair[0][kept], pair[1][kept], distance[upper][kept], likeness[kept], mirrored))
            count += int(kept.sum())
        if count >= ENOUGH:
            break
    progress(len(rows), len(rows), WHAT)
    return _join(parts)


def _tiles(count: int) -> Iterator[tuple[int, int]]:
    """Yield the first row and column of each tile that holds a pair above the diagonal of a `count` × `count` table."""
    return ((top, left) for top in range(0, count, TILE[0]) for left in range(top, count, TILE[1]))


def _correlation(thumbnails: np.ndarray, first: np.ndarray, second: np.ndarray, mirrored: bool) -> np.ndarray:
    """Return the correlation of pairs of thumbnails, float32 (P,); 0 where only their coarse structure is alike."""
    result = np.zeros(len(first), np.float32)
    for start in range(0, len(first), PAIRS_AT_ONCE):
        part = slice(start, start + PAIRS_AT_ONCE)
        a, b = (thumbnails[rows[part]].astype(np.float32) for rows in (first, second))
        if mirrored:
            b = b[:, :, ::-1]
        result[part] = np.where(_pearson(_detail(a), _detail(b)) >= MIN_DETAIL, _pearson(a, b), 0)
    return result


def _pearson(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return Pearson's correlation coefficient of each pair of thumbnails, float32 (P,)."""
    a, b = (images - images.mean(axis=(1, 2), keepdims=True) for images in (a, b))
    scale = np.sqrt((a * a).sum(axis=(1, 2)) * (b * b).sum(axis=(1, 2)))
    return (a * b).sum(axis=(1, 2)) / np.maximum(scale, 1e-6)


def _detail(thumbnails: np.ndarray) -> np.ndarray:
    """Return thumbnails, float32 (P, 32, 32), less the mean of each block of 4 × 4 pixels."""
    blocks = thumbnails.reshape(-1, SIDE // 4, 4, SIDE // 4, 4)
    return (blocks - blocks.mean(axis=(2, 4), keepdims=True)).reshape(thumbnails.shape)


def _join(parts: list[tuple]) -> NearDuplicates:
    """Return the pairs of all tiles, each pair once, sorted by likeness."""
    filled = [(*arrays, np.full(len(arrays[0]), mirrored)) for *arrays, mirrored in parts]
    empty = (np.zeros(0, np.int64),) * 3 + (np.zeros(0, np.float32), np.zeros(0, bool))
    columns = [np.concatenate(column) for column in zip(empty, *filled, strict=True)]
    order = np.lexsort((columns[1], columns[0], -columns[3]))
    pairs = np.stack(columns[:2], axis=1)[order]
    _, once = np.unique(pairs, axis=0, return_index=True)  # an image that is its own mirror image is found twice
    return NearDuplicates(*(column[order[np.sort(once)]] for column in columns))


def _dct_basis() -> np.ndarray:
    """Return the 8 lowest basis functions of the DCT-II, without their scale, float32 (8, 32)."""
    positions = (np.arange(SIDE) + 0.5) * math.pi / SIDE
    return np.cos(np.arange(FREQUENCIES)[:, None] * positions).astype(np.float32)
