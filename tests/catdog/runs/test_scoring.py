"""A run's predictions for any data: from its training, from the model, and cached."""

import os
import time

import numpy as np
import pytest

from catdog import evaluation
from catdog.datasets import open_dataset
from catdog.datasets.exclusions import EXCLUDED, without_images
from catdog.errors import RunError
from catdog.runs import create_run, open_run, scoring
from catdog.runs.scoring import predict_dataset
from catdog.training import TrainConfig


class FakeModel:
    """Takes the place of LiteRT: the probability is the mean of the red pixels; counts the images it predicted."""

    def __init__(self):
        self.predicted, self.fixed = 0, None

    def __call__(self, path):
        return self

    def __enter__(self):
        return lambda pixels: self._outputs(pixels)

    def __exit__(self, *_):
        return None

    def _outputs(self, pixels):
        self.predicted += len(pixels)
        if self.fixed is not None:
            return np.full((len(pixels), 1), self.fixed, np.float32)
        return pixels[..., 0].mean(axis=(1, 2))[:, None].astype(np.float32) / 255


@pytest.fixture
def model(monkeypatch):
    model = FakeModel()
    monkeypatch.setattr(scoring, "parallel_outputs", model)
    return model


@pytest.fixture
def dataset(settings, picture_folder):
    return open_dataset(settings, str(picture_folder))


@pytest.fixture
def run(settings, dataset):
    run = create_run(settings, TrainConfig("model1", "drawn"), "mine")
    run.files.tflite.write_bytes(b"a model")
    run.files.add_to_config(data={"fingerprint": "other", "classes": list(dataset.catalog.classes)})
    return open_run(settings, run.id)


def test_every_image_of_other_data_is_predicted_once(run, dataset, settings, model):
    reports = []
    first = predict_dataset(run, dataset, settings.cache, lambda *values: reports.append(values))
    again = predict_dataset(run, dataset, settings.cache)
    assert model.predicted == len(dataset.catalog) == 64
    assert first.paths == dataset.catalog.paths
    expected = dataset.pixels[:][..., 0].mean(axis=(1, 2)) / 255
    np.testing.assert_allclose(first.probabilities, expected, atol=1e-6)
    np.testing.assert_array_equal(first.probabilities, again.probabilities)
    assert reports[0] == (0, 64, "asking the model")
    assert reports[-1] == (64, 64, "asking the model")


def test_another_model_predicts_anew(run, dataset, settings, model):
    predict_dataset(run, dataset, settings.cache)
    run.files.tflite.write_bytes(b"trained on")
    predict_dataset(run, dataset, settings.cache)
    assert model.predicted == 128


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", b"half"])
def test_damaged_cached_predictions_are_made_anew(run, dataset, settings, model, damage):
    predict_dataset(run, dataset, settings.cache)
    (cached,) = settings.cache.glob("*-answers-*.npz")
    cached.write_bytes(damage)
    assert len(predict_dataset(run, dataset, settings.cache)) == 64
    assert model.predicted == 128


def test_cached_predictions_of_other_images_are_not_taken(run, dataset, settings, model, monkeypatch):
    predict_dataset(run, dataset, settings.cache)
    rows = np.arange(1, 64)
    fewer = type(dataset)(dataset.catalog.keep(rows), dataset.pixels[rows])
    assert len(predict_dataset(run, fewer, settings.cache)) == 63
    assert model.predicted == 64 + 63


@pytest.fixture
def trained(run, dataset, settings):
    """The run, after it has learned from this very data and stored its predictions, all 0.25."""
    catalog = dataset.catalog
    run.files.add_to_config(data={"fingerprint": catalog.fingerprint, "classes": list(catalog.classes)})
    rows = zip(catalog.paths, catalog.labels, catalog.splits, strict=True)
    lines = [f"{path},{label},0.25,{split}" for path, label, split in rows]
    run.files.predictions.write_text("path,label,probability,split\n" + "\n".join(lines) + "\n")
    return open_run(settings, run.id)


def test_what_the_training_stored_for_this_data_is_used(trained, dataset, settings, model):
    assert set(predict_dataset(trained, dataset, settings.cache).probabilities) == {0.25}
    trained.files.tflite.unlink()
    assert set(predict_dataset(trained, dataset, settings.cache).probabilities) == {0.25}
    assert model.predicted == 0


def test_what_an_older_model_stored_is_not_used(trained, dataset, settings, model):
    trained.files.note_scored(trained.files.tflite)
    assert set(predict_dataset(trained, dataset, settings.cache).probabilities) == {0.25}
    trained.files.tflite.write_bytes(b"another model")
    assert set(predict_dataset(trained, dataset, settings.cache).probabilities) != {0.25}
    assert model.predicted == 64


@pytest.mark.parametrize("shift", [-86_400, 86_400], ids=["yesterday", "tomorrow"])
@pytest.mark.parametrize("noted", [True, False], ids=["noted", "of an earlier version"])
def test_what_was_stored_is_used_whatever_the_clock_says(trained, dataset, settings, model, shift, noted):
    if noted:
        trained.files.note_scored(trained.files.tflite)
    then = time.time() + shift
    os.utime(trained.files.tflite, (then, then))
    assert set(predict_dataset(trained, dataset, settings.cache).probabilities) == {0.25}


def test_what_was_half_stored_is_not_used(trained, dataset, settings, model):
    trained.files.note_scored()
    assert set(predict_dataset(trained, dataset, settings.cache).probabilities) != {0.25}


def test_images_have_the_split_of_the_dataset_that_is_given(trained, run, dataset, settings, model):
    paths = dataset.catalog.paths[:3]
    left = without_images(dataset, paths)
    for scored_run in (trained, run):
        assert predict_dataset(scored_run, left, settings.cache).of_split(EXCLUDED).paths == paths


def test_cached_predictions_are_named_by_their_data(run, dataset, settings, model):
    before = {path.name for path in settings.cache.iterdir()}
    predict_dataset(run, dataset, settings.cache)
    (name,) = {path.name for path in settings.cache.iterdir()} - before
    assert name.startswith(f"{dataset.catalog.fingerprint}-")


@pytest.mark.parametrize("fixed", [np.nan, np.inf, -0.1, 1.1])
def test_a_model_without_probabilities_is_refused_in_one_sentence(run, dataset, settings, model, fixed):
    model.fixed = fixed
    with pytest.raises(RunError, match=r"^The model of the run mine gives answers that are no probabilities[^.]*\.$"):
        predict_dataset(run, dataset, settings.cache)
    assert not list(settings.cache.glob("*-answers-*"))


def test_predictions_of_a_replaced_model_are_not_cached(run, dataset, settings, model):
    def replaced(done, total, what):
        run.files.tflite.write_bytes(b"trained on")

    predict_dataset(run, dataset, settings.cache, replaced)
    assert not list(settings.cache.glob("*-answers-*"))


def test_damaged_stored_predictions_are_made_anew(run, dataset, settings, model):
    run.files.add_to_config(data={"fingerprint": dataset.catalog.fingerprint})
    run.files.predictions.write_text("path,label\n")
    assert len(predict_dataset(open_run(settings, run.id), dataset, settings.cache)) == 64
    assert model.predicted == 64


@pytest.mark.parametrize(
    "classes", [["apples", "pears"], ["cats", "pears"], ["dogs", "Dog"], ["cat", "Cats"], ["cats", "cars"]]
)
def test_a_model_of_other_classes_is_refused_in_one_sentence(run, dataset, settings, model, classes):
    run.files.add_to_config(data={"classes": classes})
    with pytest.raises(RunError, match=f"mine learned to tell {' from '.join(classes)}, so it can't be scored on"):
        predict_dataset(open_run(settings, run.id), dataset, settings.cache)


@pytest.mark.parametrize(("classes", "swapped"), [(["Cat", "DOGS"], False), (["Dog", "Cat"], True)])
def test_classes_are_found_by_name_in_any_order(run, dataset, settings, model, classes, swapped):
    expected = predict_dataset(run, dataset, settings.cache)
    run.files.add_to_config(data={"classes": classes})
    named = open_run(settings, run.id)
    for _ in range(2):  # predicted before, and from the cache
        predictions = predict_dataset(named, dataset, settings.cache)
        probabilities = 1 - predictions.probabilities if swapped else predictions.probabilities
        np.testing.assert_allclose(probabilities, expected.probabilities)
        np.testing.assert_array_equal(predictions.labels, expected.labels)


def test_a_run_without_a_model_is_refused_in_one_sentence(run, dataset, settings):
    run.files.tflite.unlink()
    with pytest.raises(RunError, match="mine has no trained model"):
        predict_dataset(run, dataset, settings.cache)


def test_a_damaged_model_is_one_sentence(run, dataset, settings):
    with pytest.raises(RunError, match="can't be loaded"):
        predict_dataset(run, dataset, settings.cache)


def test_a_full_disk_costs_no_prediction(run, dataset, settings, model, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scoring, "whole_file", full)
    assert len(predict_dataset(run, dataset, settings.cache)) == 64


def test_the_package_names_what_pages_use():
    assert all(hasattr(evaluation, name) for name in evaluation.__all__)
