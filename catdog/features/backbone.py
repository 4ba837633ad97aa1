"""What is prepared of MobileNetV2 with TensorFlow, once, so that others can do without: its files in the cache."""

import hashlib
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory, TemporaryFile
from typing import TYPE_CHECKING

from catdog.augmentation.config import Augmentation
from catdog.errors import WeightsError
from catdog.models.fine_tuning import build_with_cut, get_backbone
from catdog.models.litert import convert_to_litert
from catdog.models.specs import build_model
from catdog.settings import PROJECT
from catdog.utils.files import digest_file, whole_file
from catdog.utils.processes import start_process

if TYPE_CHECKING:
    import keras

JOB = "catdog.features"
EXTRACTOR, TEMPLATE = "extractor", "template"  # how the names of the files begin
SUFFIXES = {TEMPLATE: ".keras"}  # of those that are not for LiteRT


def get_feature_extractor(weights: Path, cache: Path) -> Path:
    """Return a LiteRT file that turns an image, 0..255 (1, 160, 160, 3), into its features, (1, 1280).

    Where the cache doesn't have it yet, a process of its own makes it, since that needs TensorFlow.

    Args:
        weights: The backbone's weights, see `catdog.models.mobilenet`.
        cache: Folder where the file is kept.

    Raises:
        WeightsError: The weights don't fit MobileNetV2, or the process failed.
    """
    return _get_prepared(weights, cache, EXTRACTOR)


def get_model_template(weights: Path, cache: Path) -> Path:
    """Return a model4 for Keras that has everything but a trained last layer.

    Made as the file of `get_feature_extractor`. It has no augmentation, which a head on stored features does without.

    Raises:
        WeightsError: See there.
    """
    return _get_prepared(weights, cache, TEMPLATE)


def prepare_backbone(weights: Path, cache: Path) -> None:
    """Make the files that the cache lacks of the two above, in a process that may load TensorFlow."""
    model = build_model("model4", weights, augmentation=Augmentation())
    keep_extractor(model, weights, cache)
    digest = digest_backbone(weights)
    if _find_whole(cache, f"{TEMPLATE}-{digest}") is None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "model.keras"
            model.save(path)
            _store(cache, f"{TEMPLATE}-{digest}", path.read_bytes())


def keep_extractor(model: "keras.Model", weights: Path, cache: Path) -> None:
    """Make the file of `get_feature_extractor`, where the cache lacks it, of a model4 that has these weights."""
    digest = digest_backbone(weights)
    if find_extractor(digest, cache) is None:
        _store(cache, f"{EXTRACTOR}-{digest}", _convert(model))


def _get_prepared(weights: Path, cache: Path, kind: str) -> Path:
    beginning = f"{kind}-{digest_backbone(weights)}"
    path = _find_whole(cache, beginning)
    if path is None:
        _run_job(weights, cache)
        path = _find_whole(cache, beginning)
    if path is None:
        raise WeightsError(f"MobileNetV2's file in {cache} vanishes as soon as it is written: delete that folder.")
    return path


def find_extractor(digest: str, cache: Path) -> Path | None:
    """Return the file of `get_feature_extractor` for the backbone with a digest if the cache has it."""
    return _find_whole(cache, f"{EXTRACTOR}-{digest}")


def _run_job(weights: Path, cache: Path) -> None:
    # a graphics processor's memory may belong to a training, and it rounds in other ways
    variables = {"CUDA_VISIBLE_DEVICES": "-1"}
    with TemporaryFile() as log:
        process = start_process(
            *(JOB, str(weights), str(cache)),
            **{"project": PROJECT, "variables": variables, "log": log, "detached": False},
            **{"stdin": PIPE, "stdout": PIPE},
        )
        with process.stdin, process.stdout:
            sentence = process.stdout.read().decode(errors="replace").strip()
            status = process.wait()  # before its stdin is closed, by which it would end with another status
    if status:
        raise WeightsError(
            sentence or f"Preparing MobileNetV2 ended with status {status}: close other programs and try again."
        )


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
    beginning = f"backbone-{digest.hexdigest()[:16]}"
    return _find_whole(cache, beginning) or _store(cache, beginning, _convert(model, cut))


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


def _find_whole(cache: Path, beginning: str) -> Path | None:
    """Return the file of the cache whose name begins so; None without one.

    The name says what is in it: a damaged file is removed, since LiteRT may end the process over it.
    """
    for path in cache.glob(f"{beginning}-*{_choose_suffix(beginning)}"):
        # another process may have noticed the damage too, and removed the file
        with suppress(OSError):
            if path.name == _name_by_content(beginning, path.read_bytes()):
                return path
        path.unlink(missing_ok=True)
    return None


def _store(cache: Path, beginning: str, content: bytes) -> Path:
    path = cache / _name_by_content(beginning, content)
    with whole_file(path) as temporary:
        temporary.write_bytes(content)
    return path


def _name_by_content(beginning: str, content: bytes) -> str:
    return f"{beginning}-{hashlib.sha256(content).hexdigest()[:16]}{_choose_suffix(beginning)}"


def _choose_suffix(beginning: str) -> str:
    return SUFFIXES.get(beginning.partition("-")[0], ".tflite")
