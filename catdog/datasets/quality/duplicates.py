"""How alike pictures are: a mark of 63 bits for each, compared with all others, and a closer look at the likeliest.

A mark says of the 63 coarsest waves that make up a grey picture (all but its mean brightness) which have a clearly
positive share. Brighter or darker, smaller or larger, saved again as JPEG: hardly a bit changes.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from catdog.utils.progress import Progress, silent

SIDE = 32  # pixels of the small grey pictures
WAVES = 8  # of each direction
BITS = WAVES * WAVES - 1
MOST_BITS = 12  # a pair whose marks differ in more is not looked at closely; two pictures by chance differ in 31
ALIKE = 0.92  # correlation of the small grey pictures from which a pair counts as alike, 1 for the same
DETAIL = 0.6  # the same for what is finer than the coarse light and dark of the scene, which many pictures share
FLAT = 3.0  # standard deviation, in grey levels, under which a picture shows too little to be compared
ENOUGH = 20_000  # pairs after which nobody looks for more: the set is then full of copies
WHAT = "looking for pictures that are alike"
TILE = (512, 4096)  # marks compared at once: 16 MB, whatever the number of pictures


@dataclass(frozen=True, eq=False)
class NearDuplicates:
    """Pairs of pictures that look alike, the likeliest first.

    first, second: int64 (P,), rows, first < second; distance: int64 (P,), bits that differ, of 63; likeness: float32
    (P,), correlation of the small grey pictures; mirrored: bool (P,), whether one is the other's mirror image.
    """

    first: np.ndarray
    second: np.ndarray
    distance: np.ndarray
    likeness: np.ndarray
    mirrored: np.ndarray


def grayscale_thumbnails(pictures: np.ndarray) -> np.ndarray:
    """Return pictures, uint8 (B, H, W, 3), as grey ones of 32 × 32 pixels, each the mean of its area: uint8."""
    import cv2

    greys = np.empty((len(pictures), SIDE, SIDE), np.uint8)
    for picture, grey in zip(pictures, greys, strict=True):
        cv2.resize(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (SIDE, SIDE), dst=grey, interpolation=cv2.INTER_AREA)
    return greys


def perceptual_hashes(greys: np.ndarray) -> np.ndarray:
    """Return the mark of each small grey picture, uint64 (B,)."""
    waves = _cosines()
    shares = (waves @ greys.astype(np.float32) @ waves.T).reshape(len(greys), -1)
    shares[:, 0] = 0  # the mean brightness
    # not above 0: of a picture that is its own mirror image half the shares are 0 but for what saving it has changed
    clear = 0.1 * np.abs(shares).mean(axis=1, keepdims=True)
    return np.packbits(shares > clear, axis=1).view(np.uint64)[:, 0]


def find_near_duplicates(greys: np.ndarray, progress: Progress = silent) -> NearDuplicates:
    """Return the pairs of pictures that look alike, or are so mirrored; at most about ENOUGH of them.

    greys: uint8 (N, 32, 32). All marks are compared with all others, which takes N² steps and memory for N pictures:
    of 25,000 about 10 seconds on one core, of 100,000 about two minutes.
    """
    contrast = np.array([grey.std() for grey in greys])
    rows = np.flatnonzero(contrast >= FLAT)
    marks, mirrored_marks = perceptual_hashes(greys)[rows], perceptual_hashes(greys[:, :, ::-1])[rows]
    found: list[tuple] = []
    number = 0
    for start, other in _tiles(len(rows)):
        progress(start, len(rows), WHAT)
        block = marks[start : start + TILE[0], None]
        for mirrored, others in ((False, marks), (True, mirrored_marks)):
            distance = np.bitwise_count(block ^ others[None, other : other + TILE[1]])
            first, second = np.nonzero(distance <= MOST_BITS)
            distance = distance[first, second]
            later = first + start < second + other
            pair = rows[first[later] + start], rows[second[later] + other]
            likeness = _correlation(greys, *pair, mirrored)
            kept = likeness >= ALIKE
            found.append((pair[0][kept], pair[1][kept], distance[later][kept], likeness[kept], mirrored))
            number += int(kept.sum())
        if number >= ENOUGH:
            break
    progress(len(rows), len(rows), WHAT)
    return _joined(found)


def _tiles(number: int) -> Iterator[tuple[int, int]]:
    """Yield where each tile begins, of those that together hold every pair of so many marks."""
    return ((start, other) for start in range(0, number, TILE[0]) for other in range(start, number, TILE[1]))


def _correlation(greys: np.ndarray, first: np.ndarray, second: np.ndarray, mirrored: bool) -> np.ndarray:
    """Return the correlation of these pairs of small grey pictures, float32 (P,); 0 where only the coarse is alike."""
    result = np.zeros(len(first), np.float32)
    for start in range(0, len(first), 4096):
        part = slice(start, start + 4096)
        one, other = (greys[rows[part]].astype(np.float32) for rows in (first, second))
        if mirrored:
            other = other[:, :, ::-1]
        whole, detail = _same(one, other), _same(_detail(one), _detail(other))
        result[part] = np.where(detail >= DETAIL, whole, 0)
    return result


def _same(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    one, other = (each - each.mean(axis=(1, 2), keepdims=True) for each in (one, other))
    scale = np.sqrt((one * one).sum(axis=(1, 2)) * (other * other).sum(axis=(1, 2)))
    return (one * other).sum(axis=(1, 2)) / np.maximum(scale, 1e-6)


def _detail(greys: np.ndarray) -> np.ndarray:
    """Return what is left of grey pictures, float32 (B, 32, 32), once the mean of each 4 × 4 pixels is taken away."""
    blocks = greys.reshape(-1, SIDE // 4, 4, SIDE // 4, 4)
    return (blocks - blocks.mean(axis=(2, 4), keepdims=True)).reshape(greys.shape)


def _joined(found: list[tuple]) -> NearDuplicates:
    """Return what was found as one, each pair once, by how alike they are."""
    parts = [(*arrays, np.full(len(arrays[0]), mirrored)) for *arrays, mirrored in found]
    empty = (np.zeros(0, np.int64),) * 3 + (np.zeros(0, np.float32), np.zeros(0, bool))
    columns = [np.concatenate(column) for column in zip(empty, *parts, strict=True)]
    order = np.lexsort((columns[1], columns[0], -columns[3]))
    pairs = np.stack(columns[:2], axis=1)[order]
    _, once = np.unique(pairs, axis=0, return_index=True)  # a picture that is its own mirror image is found twice
    return NearDuplicates(*(column[order[np.sort(once)]] for column in columns))


def _cosines() -> np.ndarray:
    """Return the waves, float32 (8, 32): row k has k half turns."""
    places = (np.arange(SIDE) + 0.5) * math.pi / SIDE
    return np.cos(np.arange(WAVES)[:, None] * places).astype(np.float32)
