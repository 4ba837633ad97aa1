"""One finished run for all tests of exports. A network of 8,000 weights takes the place of model1."""

import hashlib
import os
import shutil
import site
import subprocess
import sys
import venv
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catdog.features.novelty import name_detector
from catdog.runs import Run, create_run, find_run
from catdog.settings import Settings
from catdog.training import TrainConfig, loop, worker


def small_network(name, weights, augmentation, seed, scaling):
    """Build a network with two logits, as model1 has, in place of catdog.models.specs.build_model."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)
    images = keras.Input((160, 160, 3), name="pictures")
    x = layers.Conv2D(8, 8, strides=8, activation="relu")(layers.Rescaling(1 / 127.5, offset=-1)(images))
    return keras.Model(images, layers.Dense(2, name="logits")(layers.Flatten()(x)), name=name)


def unpack(path: Path, folder: Path) -> Path:
    """Unpack the zip into the folder and return it."""
    with zipfile.ZipFile(path) as zipped:
        zipped.extractall(folder)
    return folder


def lend_packages(environment: Path) -> None:
    """Let the packages that are installed here be found in an environment, after its own."""
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "installed.pth").write_text("\n".join(site.getsitepackages()))


def install(requirements: Path, folder: Path, lend: bool = False) -> Path:
    """Make an environment with what a requirements file names, and return its Python; skip the test if offline.

    Args:
        requirements: The file.
        folder: Where the environment is to be.
        lend: Whether the packages that are installed here are there too, so that only the others are installed.
    """
    venv.create(folder)
    if lend:
        lend_packages(folder)
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "install", "-q"]
    command.append("--no-compile")  # of a few modules, the program does so itself
    done = subprocess.run([*command, "-r", requirements], capture_output=True, text=True, check=False)
    if done.returncode and "connection" in done.stderr.lower():
        pytest.skip(f"the package index can't be reached: {os.environ.get('PIP_INDEX_URL', 'https://pypi.org/simple')}")
    assert done.returncode == 0, done.stderr
    return python


def add_detector(run: Run, cache: Path, feature: int) -> None:
    """Add what tells images of another kind: the probability is an image's one feature, this the training set's."""
    cache.mkdir(exist_ok=True)
    content = run.files.tflite.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:16]
    (cache / f"extractor-{'0' * 16}-{digest}.tflite").write_bytes(content)
    with name_detector(run.fingerprint, "0" * 16, cache).open("wb") as file:
        np.savez(file, reference=np.float16([[feature]]), threshold=np.float32(0.5))


@pytest.fixture(scope="session")
def settings(tmp_path_factory, picture_folder):
    """Settings whose home holds one finished run of model1, trained on the small folder.

    In the home's path are the signs of patterns, and in its cache is a detector to which no image is new.
    """
    settings = Settings(home=tmp_path_factory.mktemp("export") / "ho[m]e {a,b}\\ü *?")
    run = create_run(settings, TrainConfig("model1", str(picture_folder), epochs=1, batch_size=8), "mine")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "build_model", small_network)
        assert worker.work(run.files, settings) == 0, run.files.read_status().error
    add_detector(find_run(settings, "mine"), settings.cache, 1)
    return settings


@pytest.fixture
def run(settings):
    return find_run(settings, "mine")


@pytest.fixture
def copy(settings, tmp_path):
    """A copy of the run in a home of its own, which a test may damage; without exports and detector."""
    original = find_run(settings, "mine")
    settings = replace(settings, home=tmp_path / "home")
    shutil.copytree(original.folder, settings.runs / original.id, ignore=shutil.ignore_patterns("exports"))
    return settings, find_run(settings, "mine")


@pytest.fixture(scope="session")
def photo(tmp_path_factory):
    """A bluish PNG of another size than the models take, so that it must be resized."""
    path = tmp_path_factory.mktemp("photo") / "photo.png"
    Image.fromarray(np.random.default_rng(8).integers(0, (200, 220, 256), (90, 210, 3), dtype=np.uint8)).save(path)
    return path
