"""Event files: every epoch once, in the folders and under the names that Keras's callback uses."""

import errno
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from catdog.training.history import Epoch
from catdog.training.tensorboard import EventFiles, read_points
from catdog.training.worker import _explain

EPOCHS = [Epoch(number, 1.0, 0.5 + number / 8, 0.75, 0.25, 0.625, 0.5**number) for number in (1, 2, 3)]


def read_values(folder: Path) -> list[tuple[str, int, float]]:
    """Every point in the folder's event files: name, epoch, value."""
    import tensorflow as tf

    values = []
    for path in sorted(folder.glob("*tfevents*")):
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
            event = tf.compat.v1.Event.FromString(record)
            for value in event.summary.value:
                assert value.metadata.plugin_data.plugin_name == "scalars"
                values.append((value.tag, event.step, float(tf.make_ndarray(value.tensor))))
    return sorted(values)


def test_training_and_validation_have_their_curves(tmp_path: Path) -> None:
    EventFiles(tmp_path).write(EPOCHS[:2])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["train", "validation"]
    assert read_values(tmp_path / "train") == [
        *[("epoch_accuracy", 1, 0.625), ("epoch_accuracy", 2, 0.75)],
        *[("epoch_learning_rate", 1, 0.5), ("epoch_learning_rate", 2, 0.25)],
        *[("epoch_loss", 1, 0.75), ("epoch_loss", 2, 0.75)],
    ]
    assert read_values(tmp_path / "validation") == [
        *[("epoch_accuracy", 1, 0.25), ("epoch_accuracy", 2, 0.25)],
        *[("epoch_loss", 1, 0.625), ("epoch_loss", 2, 0.625)],
    ]


def test_each_epoch_is_on_the_disk_at_once_in_the_same_file(tmp_path: Path) -> None:
    files = EventFiles(tmp_path)
    for number in (1, 2, 3):
        files.write(EPOCHS[:number])
        assert len(read_values(tmp_path / "train")) == 3 * number
    assert len(list((tmp_path / "train").iterdir())) == 1


def test_a_resumed_run_writes_no_epoch_twice_and_what_was_missed(tmp_path: Path) -> None:
    EventFiles(tmp_path).write(EPOCHS[:1])
    EventFiles(tmp_path).write(EPOCHS)
    EventFiles(tmp_path).write(EPOCHS)
    EventFiles(tmp_path / "at once").write(EPOCHS)
    for kind in ("train", "validation"):
        assert read_values(tmp_path / kind) == read_values(tmp_path / "at once" / kind)


@pytest.mark.parametrize("cut", [1, 5, 60])
def test_an_epoch_whose_writing_was_cut_off_is_written_again(tmp_path: Path, cut: int) -> None:
    EventFiles(tmp_path).write(EPOCHS[:2])
    (path,) = (tmp_path / "train").iterdir()
    path.write_bytes(path.read_bytes()[:-cut])
    assert ("epoch_learning_rate", 2) not in read_points(tmp_path / "train")
    EventFiles(tmp_path).write(EPOCHS)
    assert read_points(tmp_path / "train") == {
        (f"epoch_{name}", number) for name in ("accuracy", "loss", "learning_rate") for number in (1, 2, 3)
    }


@pytest.mark.parametrize("damage", [b"\xff" * 20, bytes(16), b"\x03" + bytes(11) + b"\xff\xff\xff" + bytes(4)])
def test_what_is_no_event_is_passed_over(tmp_path: Path, damage: bytes) -> None:
    EventFiles(tmp_path).write(EPOCHS)
    whole = read_points(tmp_path / "train")
    (path,) = (tmp_path / "train").iterdir()
    path.write_bytes(path.read_bytes() + damage)
    assert read_points(tmp_path / "train") == whole
    assert read_points(tmp_path / "nothing") == set()


def test_an_epoch_without_a_noted_learning_rate_has_the_other_curves(tmp_path: Path) -> None:
    EventFiles(tmp_path).write([Epoch(1, 1.0, 0.5, 0.7, 0.5, 0.7)])
    assert read_points(tmp_path / "train") == {("epoch_accuracy", 1), ("epoch_loss", 1)}


def test_a_full_disk_is_not_mistaken_for_a_full_memory(
    tmp_path: Path, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    files = EventFiles(tmp_path)
    files.write(EPOCHS[:1])
    with full_disk(100), pytest.raises(OSError, match="File too large") as error:
        files.write(EPOCHS)
    assert error.value.errno == errno.ENOSPC
    assert _explain(error.value).startswith("The disk is full")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "tensorboard").write_text("a file in the way")
    with pytest.raises(OSError, match="tensorboard") as error:
        EventFiles(tmp_path / "tensorboard").write(EPOCHS)
    assert str(tmp_path / "tensorboard") in _explain(error.value)
