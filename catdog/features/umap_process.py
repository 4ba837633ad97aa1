"""The process that arranges images by UMAP: python -m catdog.features.umap_process FEATURES POINTS."""

import sys
from pathlib import Path

import numpy as np

from catdog.features.store import RECORD
from catdog.utils.processes import end_with_parent


def main() -> int:
    """Read a file of stored features, write the points as float32 (N, 2), .npy, and return the exit status."""
    end_with_parent()
    features, points = map(Path, sys.argv[1:])
    import umap

    values = np.memmap(features, RECORD, "r")["features"]
    arranged = umap.UMAP(metric="cosine", random_state=0, n_jobs=1).fit_transform(np.asarray(values))
    np.save(points, np.asarray(arranged, np.float32))
    return 0


if __name__ == "__main__":
    sys.exit(main())
