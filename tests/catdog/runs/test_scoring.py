"""A run's answers to any data: from its training, from the model, and kept."""

import os

import numpy as np
import pytest

from catdog import evaluation
from catdog.datasets import open_dataset
from catdog.datasets.exclusions import EXCLUDED, without_images
from catdog.errors import RunError
from catdog.runs import create_run, open_run, scoring
from catdog.runs.scoring import score_on
from catdog.training import TrainConfig


class Model:
    """A stand-in for LiteRT: the probability is the mean of the red pixels; counts the pictures it was asked about."""

    def __init__(self):
        self.asked, self.says = 0, None

    def __call__(self, path):
        return self

    def __enter__(self):
        return lambda pixels: self._outputs(pixels)

    def __exit__(self, *_):
        return None

    def _outputs(self, pixels):
        self.asked += len(pixels)
        if self.says is not None:
            return np.full((len(pixels), 1), self.says, np.float32)
        return pixels[..., 0].mean(axis=(1, 2))[:, None].astype(np.float32) / 255


@pytest.fixture
def model(monkeypatch):
    model = Model()
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


def test_every_picture_of_other_data_is_asked_about_once_and_then_known(run, dataset, settings, model):
    seen = []
    first = score_on(run, dataset, settings.cache, lambda *values: seen.append(values))
    again = score_on(run, dataset, settings.cache)
    assert model.asked == len(dataset.catalog) == 64
    assert first.paths == dataset.catalog.paths
    expected = dataset.pixels[..., 0].mean(axis=(1, 2)) / 255
    np.testing.assert_allclose(first.probabilities, expected, atol=1e-6)
    np.testing.assert_array_equal(first.probabilities, again.probabilities)
    assert seen[0] == (0, 64, "asking the model")
    assert seen[-1] == (64, 64, "asking the model")


def test_another_model_is_asked_anew(run, dataset, settings, model):
    score_on(run, dataset, settings.cache)
    run.files.tflite.write_bytes(b"trained on")
    score_on(run, dataset, settings.cache)
    assert model.asked == 128


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04", b"half"])
def test_damaged_kept_answers_are_made_anew(run, dataset, settings, model, damage):
    score_on(run, dataset, settings.cache)
    (kept,) = settings.cache.glob("*-answers-*.npz")
    kept.write_bytes(damage)
    assert len(score_on(run, dataset, settings.cache)) == 64
    assert model.asked == 128


def test_kept_answers_to_other_pictures_of_the_same_folder_are_not_taken(run, dataset, settings, model, monkeypatch):
    score_on(run, dataset, settings.cache)
    rows = np.arange(1, 64)
    fewer = type(dataset)(dataset.catalog.keep(rows), dataset.pixels[rows])
    assert len(score_on(run, fewer, settings.cache)) == 63
    assert model.asked == 64 + 63


@pytest.fixture
def answered(run, dataset, settings):
    """The run, after it has learned from this very data and stored its answers, all 0.25."""
    catalog = dataset.catalog
    run.files.add_to_config(data={"fingerprint": catalog.fingerprint, "classes": list(catalog.classes)})
    rows = zip(catalog.paths, catalog.labels, catalog.splits, strict=True)
    lines = [f"{path},{label},0.25,{split}" for path, label, split in rows]
    run.files.predictions.write_text("path,label,probability,split\n" + "\n".join(lines) + "\n")
    return open_run(settings, run.id)


def test_what_the_training_stored_is_used_where_it_is_of_this_very_data(answered, dataset, settings, model):
    assert set(score_on(answered, dataset, settings.cache).probabilities) == {0.25}
    answered.files.tflite.unlink()
    assert set(score_on(answered, dataset, settings.cache).probabilities) == {0.25}
    assert model.asked == 0


def test_what_the_training_stored_before_its_present_model_is_not_used(answered, dataset, settings, model):
    later = answered.files.predictions.stat().st_mtime_ns + 1_000_000_000
    os.utime(answered.files.tflite, ns=(later, later))
    assert set(score_on(answered, dataset, settings.cache).probabilities) != {0.25}
    assert model.asked == 64


def test_pictures_have_the_split_of_the_data_set_as_it_is_asked_about(answered, run, dataset, settings, model):
    paths = dataset.catalog.paths[:3]
    left = without_images(dataset, paths)
    for asked in (answered, run):
        assert score_on(asked, left, settings.cache).of_split(EXCLUDED).paths == paths


def test_kept_answers_are_named_by_their_data_so_that_they_go_with_it(run, dataset, settings, model):
    before = {path.name for path in settings.cache.iterdir()}
    score_on(run, dataset, settings.cache)
    (name,) = {path.name for path in settings.cache.iterdir()} - before
    assert name.startswith(f"{dataset.catalog.fingerprint}-")


@pytest.mark.parametrize("says", [np.nan, np.inf, -0.1, 1.1])
def test_a_model_whose_training_went_astray_is_one_sentence_and_nothing_is_kept(run, dataset, settings, model, says):
    model.says = says
    with pytest.raises(RunError, match=r"^The model of the run mine gives answers that are no probabilities[^.]*\.$"):
        score_on(run, dataset, settings.cache)
    assert not list(settings.cache.glob("*-answers-*"))


def test_answers_of_a_model_that_was_replaced_meanwhile_are_not_kept(run, dataset, settings, model):
    def replaced(done, total, what):
        run.files.tflite.write_bytes(b"trained on")

    score_on(run, dataset, settings.cache, replaced)
    assert not list(settings.cache.glob("*-answers-*"))


def test_damaged_answers_of_the_training_are_made_anew_by_the_model(run, dataset, settings, model):
    run.files.add_to_config(data={"fingerprint": dataset.catalog.fingerprint})
    run.files.predictions.write_text("path,label\n")
    assert len(score_on(open_run(settings, run.id), dataset, settings.cache)) == 64
    assert model.asked == 64


def test_a_model_of_other_classes_is_refused_in_one_sentence(run, dataset, settings, model):
    run.files.add_to_config(data={"classes": ["apples", "pears"]})
    with pytest.raises(RunError, match="mine learned to tell apples from pears, so it can't be scored on"):
        score_on(open_run(settings, run.id), dataset, settings.cache)


def test_a_run_without_a_model_is_refused_in_one_sentence(run, dataset, settings):
    run.files.tflite.unlink()
    with pytest.raises(RunError, match="mine has no trained model"):
        score_on(run, dataset, settings.cache)


def test_a_damaged_model_is_one_sentence(run, dataset, settings):
    with pytest.raises(RunError, match="can't be loaded"):
        score_on(run, dataset, settings.cache)


def test_a_full_disk_costs_no_answer(run, dataset, settings, model, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scoring, "whole_file", full)
    assert len(score_on(run, dataset, settings.cache)) == 64


def test_the_package_names_what_pages_use():
    assert all(hasattr(evaluation, name) for name in evaluation.__all__)
