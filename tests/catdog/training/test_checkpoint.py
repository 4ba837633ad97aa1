"""The checkpoint: a training goes on exactly where it was, and no end of a process loses an older one."""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from catdog.errors import RunError
from catdog.training import RunFolder
from catdog.training.checkpoint import STATE, has_checkpoint, load_checkpoint, save_checkpoint
from catdog.training.history import Epoch

INPUTS = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
LABELS = np.arange(8) % 2
EPOCHS = [Epoch(number, 1.5, 0.5, 0.75, 0.5 + number / 8, 0.625) for number in (1, 2, 3)]


def build_small_model():
    """A compiled model of a few weights, with a layer that draws random numbers; trained for one step without a graph.

    With graphs, which take longer to make than the steps, a resumed run is compared in test_worker.py.
    """
    import keras

    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(256), keras.layers.Dropout(0.5), keras.layers.Dense(1)]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.0125), loss="mse", metrics=["accuracy"], run_eagerly=True)
    model.optimizer.build(model.trainable_variables)  # as in a training
    model.train_on_batch(INPUTS, LABELS)
    return model


def build_fresh_model():
    """The same layers and optimizer with other numbers, as a process that resumes builds them."""
    import keras

    model = build_small_model()
    model.set_weights([weights + 1 for weights in model.get_weights()])
    model.compile(optimizer=keras.optimizers.Adam(0.5), loss="mse", metrics=["accuracy"], run_eagerly=True)
    return model


def load_fresh(folder: RunFolder) -> tuple:
    """A fresh model with the checkpoint's numbers, and the finished epochs."""
    model = build_fresh_model()
    return model, load_checkpoint(folder, model)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


def read_state(model) -> list[np.ndarray]:
    """Everything that decides how the training goes on."""
    return [variable.numpy() for variable in (*model.variables, *model.optimizer.variables)]


def assert_same(actual: list[np.ndarray], expected: list[np.ndarray]) -> None:
    for left, right in zip(actual, expected, strict=True):
        np.testing.assert_array_equal(left, right)


def test_without_a_checkpoint_there_is_nothing_to_load(folder: RunFolder) -> None:
    model = build_fresh_model()
    before = read_state(model)
    assert load_checkpoint(folder, model) == []
    assert not has_checkpoint(folder)
    assert_same(read_state(model), before)


def test_a_loaded_checkpoint_is_the_saved_one_with_its_optimizer(folder: RunFolder) -> None:
    model = build_small_model()
    save_checkpoint(folder, model, EPOCHS[:2])
    loaded, epochs = load_fresh(folder)
    assert epochs == EPOCHS[:2]
    assert_same(read_state(loaded), read_state(model))
    assert int(loaded.optimizer.iterations) == 1
    assert float(loaded.optimizer.learning_rate) == pytest.approx(0.0125)


def test_the_step_after_loading_is_the_step_that_would_have_followed(folder: RunFolder) -> None:
    model = build_small_model()
    save_checkpoint(folder, model, EPOCHS[:1])
    loaded, _ = load_fresh(folder)
    for network in (model, loaded):
        network.train_on_batch(INPUTS, LABELS)
    for left, right in zip(read_state(model), read_state(loaded), strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-5, atol=1e-6)


def test_the_newest_checkpoint_replaces_the_older_one(folder: RunFolder) -> None:
    model = build_small_model()
    save_checkpoint(folder, model, EPOCHS[:1])
    model.train_on_batch(INPUTS, LABELS)
    save_checkpoint(folder, model, EPOCHS[:2])
    loaded, epochs = load_fresh(folder)
    assert (epochs, int(loaded.optimizer.iterations)) == (EPOCHS[:2], 2)
    assert [path.name for path in folder.path.iterdir()] == ["checkpoint"]


@pytest.fixture
def second(folder: RunFolder):
    """A folder whose checkpoint is of the second epoch; gives the model."""
    model = build_small_model()
    save_checkpoint(folder, model, EPOCHS[:2])
    return model


def test_a_write_that_was_cut_short_loses_nothing_older(folder: RunFolder, second) -> None:
    half = folder.path / "checkpoint.new"
    half.mkdir()
    (half / STATE).write_bytes((folder.checkpoint / STATE).read_bytes()[:5000])
    loaded, epochs = load_fresh(folder)
    assert epochs == EPOCHS[:2]
    assert_same(read_state(loaded), read_state(second))
    save_checkpoint(folder, loaded, EPOCHS)
    assert load_fresh(folder)[1] == EPOCHS


def test_an_end_between_the_two_renames_loses_nothing_older(folder: RunFolder, second) -> None:
    shutil.copytree(folder.checkpoint, folder.path / "checkpoint.new")
    folder.checkpoint.rename(folder.path / "checkpoint.old")
    loaded, epochs = load_fresh(folder)
    assert epochs == EPOCHS[:2]
    assert_same(read_state(loaded), read_state(second))
    save_checkpoint(folder, loaded, EPOCHS)
    assert load_fresh(folder)[1] == EPOCHS
    assert [path.name for path in folder.path.iterdir()] == ["checkpoint"]


def test_an_end_before_the_older_one_is_removed_takes_the_newer(folder: RunFolder, second) -> None:
    shutil.copytree(folder.checkpoint, folder.path / "checkpoint.old")
    save_checkpoint(folder, second, EPOCHS)
    shutil.copytree(folder.checkpoint, folder.path / "checkpoint.old")
    assert load_fresh(folder)[1] == EPOCHS


def test_a_full_disk_is_an_error_that_loses_nothing_older(
    folder: RunFolder, second, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    with full_disk(10_000), pytest.raises(OSError, match="File too large"):
        save_checkpoint(folder, second, EPOCHS)
    assert [path.name for path in folder.path.iterdir()] == ["checkpoint"]
    loaded, epochs = load_fresh(folder)
    assert epochs == EPOCHS[:2]
    assert_same(read_state(loaded), read_state(second))


def test_a_checkpoint_of_other_layers_is_an_error_in_words(folder: RunFolder, second) -> None:
    import keras

    different = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    different.compile(optimizer="adam", loss="mse")
    with pytest.raises(RunError, match="is damaged"):
        load_checkpoint(folder, different)


def test_one_flipped_bit_in_the_weights_is_noticed(folder: RunFolder, second) -> None:
    content = bytearray((folder.checkpoint / STATE).read_bytes())
    content[len(content) // 2] ^= 1
    (folder.checkpoint / STATE).write_bytes(content)
    with pytest.raises(RunError, match="is damaged"):
        load_fresh(folder)


@pytest.mark.parametrize("content", [b"", b"no model"])
def test_a_damaged_checkpoint_is_an_error_in_words(folder: RunFolder, second, content: bytes) -> None:
    (folder.checkpoint / STATE).write_bytes(content)
    with pytest.raises(RunError, match="is damaged"):
        load_fresh(folder)
