"""The map of a dataset: where each image lies in two dimensions, so that images alike lie close together."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory, TemporaryFile
from zipfile import BadZipFile

import numpy as np

from catdog.errors import DataError
from catdog.features.store import FeatureStore
from catdog.settings import PROJECT
from catdog.utils.files import whole_file
from catdog.utils.processes import start_process
from catdog.utils.progress import Progress, silent

PCA, UMAP = "PCA", "UMAP"
JOB = "catdog.features.umap_process"
TASKS = {PCA: "finding the two directions in which the images differ most", UMAP: "arranging the images by UMAP"}
BLOCK = 4096  # images whose features are in memory at once, 21 MB
NO_UMAP = (
    "UMAP needs the package umap-learn, which this server does not have: whoever runs it can install it with "
    "python -m pip install umap-learn."
)


@dataclass(frozen=True, eq=False)
class Projection:
    """Where the images of a dataset lie on a map.

    Attributes:
        points: float32 (N, 2); row i belongs to catalog row i.
        axes: What makes a point of an image's features, by PCA: float32 (2, D). Empty for UMAP, (0, D).
        centre: The mean features, float32 (D,).
        shares: The share of the features' variance along each axis, 0..1, (2,); zeros for UMAP, which has none.
    """

    points: np.ndarray
    axes: np.ndarray
    centre: np.ndarray
    shares: np.ndarray

    def place(self, features: np.ndarray) -> np.ndarray | None:
        """Return where an image with these features, float32 (D,), lies, float32 (2,); None on a map by UMAP."""
        return self.axes @ (features - self.centre) if len(self.axes) else None


def has_umap() -> bool:
    """Tell whether the package umap-learn is installed."""
    return find_spec("umap") is not None


def open_projection(store: FeatureStore, method: str = PCA) -> Projection | None:
    """Return the map that is kept beside the features; None where there is none yet, or its file is damaged."""
    try:
        with np.load(_name_file(store, method)) as file:
            projection = Projection(file["points"], file["axes"], file["centre"], file["shares"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    return projection if projection.points.shape == (len(store.values), 2) else None


def make_projection(store: FeatureStore, method: str = PCA, progress: Progress = silent) -> Projection:
    """Return the map of a dataset, computed where there is none yet; the same features always give the same map.

    Args:
        store: The features.
        method: PCA, a projection on two axes, or UMAP, which keeps neighbours together and says nothing of distances.
        progress: Told what is being done.

    Raises:
        DataError: The map can't be kept, or UMAP is not installed.
    """
    projection = open_projection(store, method)
    if projection is not None:
        return projection
    progress(0, 0, TASKS[method])
    projection = _embed_by_umap(store) if method == UMAP else _project_by_pca(store.values)
    path = _name_file(store, method)
    try:
        with whole_file(path) as temporary:
            np.savez(temporary, **vars(projection))
    except OSError as error:
        raise DataError(
            f"The map can't be kept in {path.parent} ({error.strerror or error}): free some disk space or set "
            "CATDOG_HOME to another folder."
        ) from error
    return projection


def _name_file(store: FeatureStore, method: str) -> Path:
    return store.path.with_name(f"{store.path.stem}-{method.lower()}.npz")


def _project_by_pca(values: np.ndarray) -> Projection:
    """Project on the two axes of the largest variance; each points to where its largest weight is positive."""
    centre = values.mean(axis=0, dtype=np.float64)
    variances, axes, total = _find_axes(values, centre.astype(np.float32))
    largest = np.abs(axes).argmax(axis=1)
    axes = (axes * np.sign(axes[[0, 1], largest])[:, np.newaxis]).astype(np.float32)
    points = values @ axes.T - centre.astype(np.float32) @ axes.T
    shares = np.maximum(variances, 0) / max(total, np.finfo(np.float64).tiny)
    return Projection(points.astype(np.float32), axes, centre.astype(np.float32), shares)


def _find_axes(values: np.ndarray, centre: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the two largest variances, times the number of images, their axes (2, D), and the sum of all variances."""
    from scipy.linalg import eigh

    count, width = values.shape
    if 2 <= count < width // 2:  # for few images, their products tell the same in a hundredth of the time
        centred = values - centre.astype(np.float64)
        products = centred @ centred.T
        variances, vectors = eigh(products, subset_by_index=[count - 2, count - 1])
        if variances[0] > 1e-6 * variances[1]:  # else rounding would bend the second axis
            return variances[::-1], (vectors.T @ centred / np.sqrt(variances)[:, np.newaxis])[::-1], np.trace(products)
    covariance = np.zeros((width, width))
    for first in range(0, count, BLOCK):
        block = values[first : first + BLOCK] - centre
        covariance += block.T @ block
    variances, vectors = eigh(covariance, subset_by_index=[width - 2, width - 1])
    return variances[::-1], vectors.T[::-1], np.trace(covariance)


def _embed_by_umap(store: FeatureStore) -> Projection:
    """Let a process of its own do it: where TensorFlow is installed, the package umap loads it, too."""
    if not has_umap():
        raise DataError(NO_UMAP)
    with TemporaryDirectory() as folder, TemporaryFile() as log:
        path = Path(folder) / "points.npy"
        arguments = (JOB, str(store.path), str(path))
        process = start_process(*arguments, project=PROJECT, variables={}, log=log, stdin=PIPE, detached=False)
        with process.stdin:
            status = process.wait()
        if status or not path.exists():
            raise DataError(f"UMAP ended with status {status}: close other programs and try again, or use PCA.")
        points = np.load(path)
    width = store.values.shape[1]
    return Projection(points, np.zeros((0, width), np.float32), np.zeros(width, np.float32), np.zeros(2))
