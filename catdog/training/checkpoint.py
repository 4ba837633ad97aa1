"""The checkpoint: all that is needed to go on after the last finished epoch, replaced whole at each epoch's end."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catdog.errors import RunError
from catdog.training.history import Epoch, check_history, read_history, write_history
from catdog.training.run_folder import RunFolder

if TYPE_CHECKING:
    import keras

STATE = "state.npz"  # all variables in Keras's order


def save_checkpoint(folder: RunFolder, model: "keras.Model", epochs: list[Epoch]) -> None:
    """Store the model with its optimizer and the history so far; the old checkpoint stays until the new one is whole.

    Raises:
        OSError: It can't be written.
    """
    fresh, old = _beside(folder, "new"), _beside(folder, "old")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        fresh.mkdir()
        # not model.save, which writes everything twice and takes three times as long
        with (fresh / STATE).open("wb") as file:
            np.savez(file, *(_to_array(variable) for variable in _variables(model)))
            file.flush()
            os.fsync(file.fileno())
        write_history(fresh / "history.csv", epochs)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)  # on a full disk its space is needed to write what happened
        raise
    # a folder can't be renamed onto another: between the two renames the old one has its second name
    if folder.checkpoint.exists():
        shutil.rmtree(old, ignore_errors=True)
        folder.checkpoint.rename(old)
    fresh.rename(folder.checkpoint)
    shutil.rmtree(old, ignore_errors=True)


def has_checkpoint(folder: RunFolder) -> bool:
    """Tell whether there is a checkpoint to go on from."""
    return _find_checkpoint(folder) is not None


def read_finished_epochs(folder: RunFolder) -> list[Epoch]:
    """Return the epochs that were finished when the checkpoint was stored, [] without one; they may be damaged."""
    path = _find_checkpoint(folder)
    return read_history(path / "history.csv") if path else []


def load_checkpoint(folder: RunFolder, model: "keras.Model") -> list[Epoch]:
    """Put the checkpoint's numbers into a model.

    Args:
        folder: The run's files.
        model: A compiled model of the same layers, of which the same are trained. Without a checkpoint it stays as it
            is.

    Returns:
        The finished epochs.

    Raises:
        RunError: The checkpoint is damaged, or belongs to other layers.
    """
    path = _find_checkpoint(folder)
    if path is None:
        return []
    try:
        variables = _variables(model)
        with np.load(path / STATE) as state:  # its checksums tell a damaged file
            values = [state[name] for name in state.files]
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        epochs, damage = check_history(path / "history.csv")
        if damage:
            raise ValueError(damage)
        return epochs
    except Exception as error:  # NumPy and zipfile raise many kinds for a damaged file
        raise RunError(f"The checkpoint {path} is damaged, so this run can't go on: start a new one.") from error


def _variables(model: "keras.Model") -> "list[keras.Variable]":
    """Return all that decides how training goes on: weights, dropout's random state, and the optimizer's numbers."""
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    return [*model.variables, *model.optimizer.variables]


def _to_array(variable: "keras.Variable") -> np.ndarray:
    """Return a variable's numbers without a copy of them: making room for all copies takes half a second."""
    import tensorflow as tf

    return np.asarray(memoryview(tf.convert_to_tensor(variable.value)))


def _find_checkpoint(folder: RunFolder) -> Path | None:
    paths = (folder.checkpoint, _beside(folder, "old"))
    return next((path for path in paths if (path / STATE).exists()), None)


def _beside(folder: RunFolder, name: str) -> Path:
    return folder.checkpoint.with_name(f"checkpoint.{name}")
