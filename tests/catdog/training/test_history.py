"""history.csv: a row for each finished epoch, read back as it was written, whatever happened to the file."""

from pathlib import Path

import pytest

from catdog.training.history import Epoch, best_epoch, read_history, write_history

EPOCHS = [Epoch(1, 8.125, 0.5, 0.693147, 0.55, 0.6875, 0.001), Epoch(2, 7.5, 0.625, 0.61, 0.7, 0.59, 0.0001)]


def test_epochs_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    write_history(tmp_path / "history.csv", EPOCHS)
    assert read_history(tmp_path / "history.csv") == EPOCHS


def test_the_file_is_a_table_that_a_person_can_read(tmp_path: Path) -> None:
    write_history(tmp_path / "history.csv", EPOCHS)
    assert (tmp_path / "history.csv").read_text() == (
        "epoch,seconds,accuracy,loss,val_accuracy,val_loss,learning_rate\n"
        "1,8.125,0.5,0.693147,0.55,0.6875,0.001\n2,7.5,0.625,0.61,0.7,0.59,0.0001\n"
    )


def test_a_file_without_learning_rates_can_be_written_on(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text("epoch,seconds,accuracy,loss,val_accuracy,val_loss\n1,8.125,0.5,0.693147,0.55,0.6875\n")
    old = Epoch(1, 8.125, 0.5, 0.693147, 0.55, 0.6875)
    assert read_history(path) == [old]
    write_history(path, [old, EPOCHS[1]])
    assert read_history(path) == [old, EPOCHS[1]]


def test_a_missing_file_is_an_empty_history(tmp_path: Path) -> None:
    assert read_history(tmp_path / "history.csv") == []


@pytest.mark.parametrize(
    "ending",
    ["2,7.5,0.6", "2,7.5,0.625,0.61,0.7,", "2,7.5,0.625,0.61,0.7,0.59", "two,1,1,1,1,1\n3,1,1,1,1,1\n", "\0\0\0\n"],
)
def test_a_damaged_row_ends_the_history_and_keeps_the_rows_before(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "history.csv"
    write_history(path, EPOCHS[:1])
    path.write_text(path.read_text() + ending)
    assert read_history(path) == EPOCHS[:1]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"nothing,of,this\n1,2,3\n", b'epoch,"' + b"x" * 200_000])
def test_a_file_that_is_no_history_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "history.csv").write_bytes(content)
    assert read_history(tmp_path / "history.csv") == []


def test_the_best_epoch_is_the_first_of_the_best_val_accuracy() -> None:
    epochs = [Epoch(number, 1.0, 0.5, 0.7, accuracy, 0.7) for number, accuracy in enumerate((0.5, 0.8, 0.7, 0.8), 1)]
    assert best_epoch(epochs) is epochs[1]
    assert best_epoch([]) is None


def test_a_loss_that_is_no_number_can_be_kept(tmp_path: Path) -> None:
    epoch = Epoch(1, 1.0, 0.5, float("inf"), 0.5, float("nan"))
    write_history(tmp_path / "history.csv", [epoch])
    (read,) = read_history(tmp_path / "history.csv")
    assert read.loss == float("inf")
    assert read.val_loss != read.val_loss
