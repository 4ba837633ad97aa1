"""sample.csv: the same six validation images for every run on the same data, and answers that follow the epochs."""

from pathlib import Path

import numpy as np
import pytest

from catdog.datasets import VALIDATION, Catalog, open_catalog
from catdog.settings import Settings
from catdog.training.sample import Sample, SampleLog, choose_sample, read_sample, write_sample


class Model:
    """Stands in for a Keras model that gives the same outputs whatever it is asked."""

    def __init__(self, *outputs: list[float]) -> None:
        self.outputs = np.array(outputs, np.float32)

    def __call__(self, inputs: np.ndarray, training: bool) -> np.ndarray:
        assert training is False
        return self.outputs


@pytest.fixture
def catalog(settings: Settings, picture_folder: Path) -> Catalog:
    return open_catalog(settings, str(picture_folder))


def test_three_images_of_each_class_are_chosen_in_turn(catalog: Catalog) -> None:
    rows = choose_sample(catalog)
    assert catalog.labels[rows].tolist() == [0, 1, 0, 1, 0, 1]
    assert set(catalog.splits[rows]) == {VALIDATION}
    assert len(set(rows.tolist())) == 6
    assert choose_sample(catalog).tolist() == rows.tolist()


def test_a_small_dataset_has_a_smaller_sample(catalog: Catalog) -> None:
    splits = catalog.splits.copy()
    splits[catalog.indices(VALIDATION, 1)[1:]] = "training"
    splits[catalog.indices(VALIDATION, 0)[2:]] = "training"
    small = Catalog(catalog.source, catalog.root, catalog.classes, catalog.paths, catalog.labels, splits, "")
    assert small.labels[choose_sample(small)].tolist() == [0, 1, 0]


def test_answers_of_sigmoid_and_of_two_logits_are_kept(catalog: Catalog, tmp_path: Path) -> None:
    log = SampleLog(tmp_path / "sample.csv", catalog, 0)
    log.ask(0, Model(*[[0.5]] * 6), np.zeros((6, 1)))
    log.ask(1, Model(*[[0.0, value] for value in (-900.0, 0.0, 900.0, 2.0, 0.0, 0.0)]), np.zeros((6, 1)))
    sample = read_sample(tmp_path / "sample.csv")
    assert sample.paths == tuple(catalog.paths[row] for row in choose_sample(catalog))
    assert sample.labels == (0, 1, 0, 1, 0, 1)
    assert sample.answers == {0: (0.5,) * 6, 1: (0.0, 0.5, 1.0, pytest.approx(0.8808), 0.5, 0.5)}


def test_a_resumed_run_forgets_epochs_that_it_trains_again(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "sample.csv"
    log = SampleLog(path, catalog, 0)
    for epochs in range(4):
        log.ask(epochs, Model(*[[epochs / 10]] * 6), np.zeros((6, 1)))
    log = SampleLog(path, catalog, 2)
    log.write()
    assert list(read_sample(path).answers) == [0, 1, 2]


def test_answers_about_other_images_are_dropped(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "sample.csv"
    write_sample(path, Sample(("elsewhere.jpg",), (1,), {1: (0.5,)}))
    assert SampleLog(path, catalog, 1).sample.answers == {}


def test_training_goes_on_where_the_file_cannot_be_written(catalog: Catalog, tmp_path: Path) -> None:
    log = SampleLog(tmp_path / "gone" / "sample.csv", catalog, 0)
    log.ask(1, Model(*[[0.25]] * 6), np.zeros((6, 1)))
    assert log.sample.answers == {1: (0.25,) * 6}
    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"path,label\n",
        b"path,label,1\na.jpg,0\n",
        b"path,label,1\na.jpg,0,nan\n",
        b"path,label,1\na.jpg,0,1.5\n",
        b"path,label,1\na.jpg,2,0.5\n",
        b"path,label,2,1\na.jpg,0,0.5,0.5\n",
        b"path,label,1,1\na.jpg,0,0.5,0.5\n",
        b"path,label,one\na.jpg,0,0.5\n",
        b"path,label,1\n" + b"a.jpg,0,0.5\n" * 7,
        b"path,label,1\n" + b"a" * 300_000 + b",0,0.5\n",
        b'path,label,1\n"a.jpg,0,0.5\n',
    ],
)
def test_a_damaged_file_counts_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sample.csv"
    path.write_bytes(content)
    assert read_sample(path) is None


def test_any_name_of_a_file_comes_back_from_the_sample(tmp_path: Path) -> None:
    path, names = tmp_path / "sample.csv", ('a "b", c.jpg', "new\nline.jpg", "cr\rlf.jpg")
    write_sample(path, Sample(names, (0, 1, 0), {1: (0.1, 0.2, 0.3)}))
    assert read_sample(path) == Sample(names, (0, 1, 0), {1: (0.1, 0.2, 0.3)})
