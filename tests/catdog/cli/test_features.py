"""python -m catdog features, neighbours and doubts, on drawn images with an extractor that needs no MobileNetV2."""

import json
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image

from catdog.__main__ import main
from catdog.features import gain, store
from catdog.models import mobilenet
from catdog.models.mobilenet import Weights

COUNT = 12  # images of each class


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A dataset of dark apples and bright pears, one of each in the other's folder."""
    monkeypatch.setenv("CATDOG_HOME", str(tmp_path / "home"))
    weights = tmp_path / "weights.h5"
    weights.write_bytes(b"weights")
    monkeypatch.setattr(mobilenet, "find_weights", lambda *_: Weights(weights, "weights of a test"))
    monkeypatch.setattr(store, "get_feature_extractor", lambda *_: tmp_path)
    monkeypatch.setattr(store, "parallel_outputs", _brightness)
    rng = np.random.default_rng(0)
    for name, wrong, level in (("apples", "pears", 60), ("pears", "apples", 190)):
        for number in range(COUNT):
            place = tmp_path / "fruit" / (wrong if number == 0 else name)
            place.mkdir(parents=True, exist_ok=True)
            pixels = np.clip(rng.normal(level, 8, (40, 40, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(place / f"{name}{number}.png")
    return tmp_path / "fruit"


@contextmanager
def _brightness(path):
    def extract(pixels):
        bright = pixels.mean(axis=(1, 2, 3)) / 255
        values = np.zeros((len(pixels), 1280), np.float32)
        values[:, :600], values[:, 600:1200] = 6 * bright[:, np.newaxis], 6 * (1 - bright[:, np.newaxis])
        values[:, 1200:] = pixels.reshape(len(pixels), -1)[:, :80] / 255
        return values

    yield extract


def as_json(capsys, *arguments):
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_features_are_computed_once_and_counted(folder, capsys):
    first = as_json(capsys, "features", "--source", str(folder))
    again = as_json(capsys, "features", "--source", str(folder))
    assert (first["images"], first["computed"], again["computed"]) == (2 * COUNT, 2 * COUNT, 0)
    assert (first["features"], first["weights"]) == (1280, "weights of a test")
    assert main(["features", "--source", str(folder)]) == 0
    assert capsys.readouterr().out.startswith("24 images with 1,280 features each, 123 kB\n  0 computed in ")


def test_neighbours_are_listed_with_class_and_distance(folder, capsys):
    photo = folder / "pears" / "pears3.png"
    neighbours = as_json(capsys, "neighbours", str(photo), "--source", str(folder), "--count", "5")
    assert neighbours[0]["path"] == "pears/pears3.png"
    assert all("pears" in neighbour["path"].rpartition("/")[2] for neighbour in neighbours)
    assert [neighbour["distance"] for neighbour in neighbours] == sorted(n["distance"] for n in neighbours)
    assert main(["neighbours", str(photo), "--source", str(folder), "--count", "1"]) == 0
    assert capsys.readouterr().out.startswith("0.000  pears  pears/pears3.png (")


def test_a_photo_that_is_none_is_refused(folder, capsys):
    (folder.parent / "none.jpg").write_bytes(b"no image")
    assert main(["neighbours", str(folder.parent / "none.jpg"), "--source", str(folder)]) == 1
    assert "none.jpg" in capsys.readouterr().err


def test_wrong_labels_are_doubted_with_images_like_them(folder, capsys):
    doubts = as_json(capsys, "doubts", "--source", str(folder))
    assert {doubt["path"] for doubt in doubts} == {"apples/pears0.png", "pears/apples0.png"}
    for doubt in doubts:
        assert doubt["path"].startswith(doubt["label"])
        assert all(path.startswith(doubt["predicted"]) for path in doubt["alike"])
    assert main(["doubts", "--source", str(folder), "--count", "1"]) == 0
    assert "labelled " in capsys.readouterr().out


def test_no_doubt_is_said_in_words(folder, capsys):
    for name in ("apples/pears0.png", "pears/apples0.png"):
        (folder / name).unlink()
    assert main(["doubts", "--source", str(folder)]) == 0
    assert capsys.readouterr().out == "No label is in doubt.\n"


def test_whether_cleaning_helped_is_measured_on_all_that_was_changed(folder, capsys, monkeypatch):
    source = ("--source", str(folder))
    assert main(["relabel", "--gain", *source]) == 1
    assert "Nothing has been relabelled or excluded yet" in capsys.readouterr().err
    as_json(capsys, "relabel", "pears/apples0.png", "apples", *source)
    as_json(capsys, "relabel", "apples/pears0.png", "pears", *source)
    assert as_json(capsys, "doubts", *source) == []
    values = as_json(capsys, "relabel", "--gain", *source)
    assert set(values) == {"verdict", "mean", "interval", "differences", "error", "accuracy", "changed"}
    assert (values["changed"], len(values["differences"]), values["verdict"]) == (2, 20, 1)
    measured = gain.Gain(**{name: value for name, value in values.items() if name not in ("verdict", "mean")})
    monkeypatch.setattr(gain, "measure_gain", lambda *_: measured)  # which takes seconds
    assert main(["relabel", "--gain", *source]) == 0
    assert capsys.readouterr().out.startswith("A measurable gain: ")
