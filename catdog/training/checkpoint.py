"""The checkpoint: everything needed to go on after the last finished epoch, replaced whole at each epoch's end."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from catdog.errors import RunError
from catdog.files import read_json, write_json
from catdog.training.arithmetic import fused_adam
from catdog.training.folder import RunFolder
from catdog.training.history import Epoch, read_history, write_history

if TYPE_CHECKING:
    import keras


def save_checkpoint(folder: RunFolder, model: "keras.Model", epochs: list[Epoch]) -> None:
    """Store the model with its optimizer and the history so far; the one before stays until the new one is whole."""
    fresh, old = _beside(folder, "new"), _beside(folder, "old")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        fresh.mkdir(parents=True)
        model.save(fresh / "model.keras")
        # dropout's and augmentation's random numbers, which Keras does not save
        write_json(fresh / "random.json", {"states": [state.numpy().tolist() for state in _random_states(model)]})
        write_history(fresh / "history.csv", epochs)
        _to_disk(fresh / "model.keras")
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)  # on a full disk its space is needed to say what happened
        raise
    # a folder can't be renamed onto another: between the two renames the old one is found under its second name
    if folder.checkpoint.exists():
        shutil.rmtree(old, ignore_errors=True)
        folder.checkpoint.rename(old)
    fresh.rename(folder.checkpoint)
    shutil.rmtree(old, ignore_errors=True)


def load_checkpoint(folder: RunFolder) -> tuple["keras.Model", list[Epoch]] | None:
    """Return the compiled model with its optimizer state and the finished epochs, or None if there is none.

    Raises RunError where the checkpoint is damaged.
    """
    import keras

    fused_adam()  # so that Keras knows it by name
    for place in (folder.checkpoint, _beside(folder, "old")):
        if (place / "model.keras").exists():
            try:
                model = keras.saving.load_model(place / "model.keras")
                for state, value in zip(_random_states(model), read_json(place / "random.json")["states"], strict=True):
                    state.assign(value)
                return model, read_history(place / "history.csv")
            except Exception as error:  # Keras raises many kinds for a damaged file
                raise RunError(
                    f"The checkpoint {place} is damaged, so this run can't go on: start a new one."
                ) from error
    return None


def _random_states(model: "keras.Model") -> "list[keras.Variable]":
    return [variable for variable in model.variables if variable.name == "seed_generator_state"]


def _beside(folder: RunFolder, name: str) -> Path:
    return folder.checkpoint.with_name(f"checkpoint.{name}")


def _to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
