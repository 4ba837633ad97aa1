"""batches.csv: a curve that grows within epochs, small however long a run is, and right after a resumption."""

from pathlib import Path

import pytest

from catdog.training.batch_curve import MAX_BYTES, MOST_IN_EPOCH, MOST_POINTS, BatchCurve, read_batch_curve


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "batches.csv"


def train(curve: BatchCurve, epochs: range, batches: int, accuracy: float = 0.5) -> None:
    """Let every batch have the same accuracy."""
    for finished in epochs:
        curve.begin_epoch(finished)
        for batch in range(1, batches + 1):
            curve.add(batch, batches, accuracy)


def test_a_point_is_the_accuracy_since_the_one_before(path: Path) -> None:
    curve = BatchCurve(path, epochs=MOST_POINTS // 4)  # four points an epoch
    curve.begin_epoch(2)
    for batch, so_far in enumerate((0.2, 0.3, 0.4, 0.5, 0.5, 0.5, 0.5, 0.5625), 1):
        curve.add(batch, 8, so_far)
    curve.write(at_once=True)
    assert read_batch_curve(path) == [(2.25, 0.3), (2.5, 0.7), (2.75, 0.5), (3.0, 0.75)]


def test_each_epoch_ends_with_a_point_of_its_own(path: Path) -> None:
    curve = BatchCurve(path, epochs=2)
    train(curve, range(2), batches=63)
    curve.write(at_once=True)
    points = read_batch_curve(path)
    assert [epochs for epochs, _ in points if epochs == int(epochs)] == [1.0, 2.0]
    assert MOST_IN_EPOCH / 2 < len(points) / 2 <= MOST_IN_EPOCH
    assert {accuracy for _, accuracy in points} == {0.5}


@pytest.mark.parametrize(("epochs", "most"), [(20, MOST_POINTS), (60, MOST_POINTS), (1000, 1000)])
def test_a_long_training_keeps_the_file_small(path: Path, epochs: int, most: int) -> None:
    curve = BatchCurve(path, epochs)
    train(curve, range(epochs), batches=80, accuracy=0.12345)
    curve.write(at_once=True)
    assert epochs <= len(read_batch_curve(path)) <= most
    assert path.stat().st_size < MAX_BYTES / 4


def test_a_resumed_run_replaces_the_epoch_that_was_cut_off(path: Path) -> None:
    first = BatchCurve(path, epochs=4)
    train(first, range(3), batches=4)
    first.write(at_once=True)
    second = BatchCurve(path, epochs=4)
    train(second, range(2, 4), batches=4, accuracy=0.75)
    second.write(at_once=True)
    points = read_batch_curve(path)
    assert [epochs for epochs, _ in points] == [quarter / 4 for quarter in range(1, 17)]
    assert [accuracy for _, accuracy in points] == [0.5] * 8 + [0.75] * 8


def test_it_is_written_at_most_once_a_second(path: Path) -> None:
    curve = BatchCurve(path, epochs=1)
    curve.write(at_once=True)
    assert not path.exists()  # nothing to write
    curve.begin_epoch(0)
    curve.add(1, 4, 0.5)
    curve.write()
    curve.add(2, 4, 0.5)
    curve.write()
    assert len(read_batch_curve(path)) == 1
    curve.write(at_once=True)
    assert len(read_batch_curve(path)) == 2


@pytest.mark.parametrize(
    ("content", "points"),
    [
        (b"", 0),
        (b"\xff\xfe", 0),
        (b"epoch,accuracy\n1,0.5\n", 0),
        (b"epochs,accuracy\n0.5,0.5\n1,0.", 2),
        (b"epochs,accuracy\n0.5,0.5\n1", 1),
        (b"epochs,accuracy\n0.5,0.5\n0.4,0.5\n", 1),
        (b"epochs,accuracy\n0.5,nan\n", 0),
        (b"epochs,accuracy\n0.5,0.5\n1,7\n", 1),
        (b"epochs,accuracy\n0.5,0.5\ninf,0.5\n", 1),
    ],
)
def test_a_damaged_file_gives_what_is_whole_of_it(path: Path, content: bytes, points: int) -> None:
    path.write_bytes(content)
    assert len(read_batch_curve(path)) == points
    assert BatchCurve(path, epochs=1) is not None


def test_a_missing_or_enormous_file_has_no_points(path: Path) -> None:
    assert read_batch_curve(path) == []
    path.write_bytes(b"epochs,accuracy\n" + b"0.5,0.5\n" * MAX_BYTES)
    assert read_batch_curve(path) == []
