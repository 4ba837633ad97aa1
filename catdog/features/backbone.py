"""MobileNetV2 as a LiteRT file that computes the features of an image."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from catdog.models.fine_tuning import build_with_cut, get_backbone
from catdog.models.litert import convert_to_litert
from catdog.models.specs import build_model
from catdog.utils.files import digest_file, whole_file

if TYPE_CHECKING:
    import keras


def get_feature_extractor(weights: Path, cache: Path) -> Path:
    """Return a LiteRT file that turns an image, 0..255 (1, 160, 160, 3), into its features, (1, 1280).

    TensorFlow is needed only where the cache doesn't have it yet.

    Args:
        weights: The backbone's weights, see `catdog.models.mobilenet`.
        cache: Folder where the file is kept.

    Raises:
        WeightsError: The weights don't fit MobileNetV2.
    """

    def convert() -> bytes:
        return _convert(build_model("model4", weights))

    return _get_or_make(cache, f"extractor-{digest_backbone(weights)}", convert)


def digest_backbone(weights: Path) -> str:
    """Return 16 hex digits that name the features of a backbone: they change with its weights and with TensorFlow."""
    return hashlib.sha256(f"{digest_file(weights)}{version('tensorflow')}".encode()).hexdigest()[:16]


def convert_backbone(model: "keras.Model", cache: Path, cut: "keras.Layer | None" = None) -> Path:
    """Return a LiteRT file of model4's backbone: an image, 0..255 (1, 160, 160, 3), to features, (1, 1280).

    With a cut, the activations there follow the features as one row of numbers. The file is made once for the same
    weights and kept in the cache.

    Args:
        model: A model4.
        cache: Folder where the file is kept.
        cut: A layer of the backbone; None for none.
    """
    import tensorflow as tf

    digest = hashlib.sha256(f"{tf.__version__}{cut.name if cut is not None else ''}".encode())
    for weights in get_backbone(model).get_weights():
        digest.update(weights.tobytes())
    return _get_or_make(cache, f"backbone-{digest.hexdigest()[:16]}", lambda: _convert(model, cut))


def _convert(model: "keras.Model", cut: "keras.Layer | None" = None) -> bytes:
    import tensorflow as tf

    scale, features = model.get_layer("scale"), model.get_layer("features")
    backbone = get_backbone(model)
    with_cut = build_with_cut(model, cut) if cut is not None else None

    def compute(pixels: tf.Tensor) -> tf.Tensor:
        if with_cut is None:
            return features(backbone(scale(pixels), training=False))
        activations, output = with_cut(scale(pixels), training=False)
        return tf.concat([features(output), tf.reshape(activations, (1, -1))], axis=1)

    return convert_to_litert(backbone, compute)


def _get_or_make(cache: Path, beginning: str, make: Callable[[], bytes]) -> Path:
    """Return a LiteRT file of the cache, which `make` makes where there is none.

    Its name says what is in it: a damaged file is made anew, since LiteRT may end the process over it.
    """
    for path in cache.glob(f"{beginning}-*.tflite"):
        # another process may have noticed the damage too, and removed the file
        with suppress(OSError):
            if path.name == _name_by_content(beginning, path.read_bytes()):
                return path
        path.unlink(missing_ok=True)
    content = make()
    path = cache / _name_by_content(beginning, content)
    with whole_file(path) as temporary:
        temporary.write_bytes(content)
    return path


def _name_by_content(beginning: str, content: bytes) -> str:
    return f"{beginning}-{hashlib.sha256(content).hexdigest()[:16]}.tflite"
