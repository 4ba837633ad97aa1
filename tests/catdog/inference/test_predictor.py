"""Predictions through LiteRT: the right numbers, from any thread, and a sentence if there is no model."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from catdog import runs
from catdog.errors import RunError
from catdog.inference.predictor import Predictor, load_predictor
from catdog.settings import Settings
from catdog.training import TrainConfig


@pytest.fixture(scope="module")
def brightness(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model.tflite whose probability of class 1 is how bright an image is."""
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec((1, 160, 160, 3), tf.float32)])
    def bright(pixels: tf.Tensor) -> tf.Tensor:
        return tf.reshape(tf.reduce_mean(pixels) / 255, (1, 1))

    converter = tf.lite.TFLiteConverter.from_concrete_functions([bright.get_concrete_function()])
    path = tmp_path_factory.mktemp("brightness") / "model.tflite"
    path.write_bytes(converter.convert())
    return path


def grey(*values: int) -> np.ndarray:
    return np.array(values, np.uint8)[:, None, None, None] * np.ones((1, 160, 160, 3), np.uint8)


def test_each_image_gets_its_own_probability_in_order(brightness: Path) -> None:
    probabilities = Predictor(brightness).predict(grey(0, 255, 51, 204))
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities, [0, 1, 0.2, 0.8], atol=1e-5)


def test_float_and_uint8_images_get_the_same_prediction(brightness: Path) -> None:
    predictor = Predictor(brightness)
    np.testing.assert_array_equal(predictor.predict(grey(7, 200)), predictor.predict(grey(7, 200).astype(np.float32)))


def test_no_images_get_no_predictions(brightness: Path) -> None:
    assert Predictor(brightness).predict(grey()).shape == (0,)


def test_many_threads_may_use_one_predictor(brightness: Path) -> None:
    predictor = Predictor(brightness)
    wrong: list[int] = []

    def predict(value: int) -> None:
        for _ in range(30):
            probabilities = predictor.predict(grey(value, 255 - value))
            if not np.allclose(probabilities, [value / 255, 1 - value / 255], atol=1e-5):
                wrong.append(value)

    threads = [threading.Thread(target=predict, args=(value,)) for value in (10, 90, 170, 250)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -1, 300])
def test_an_answer_that_is_no_probability_is_refused_naming_the_run(brightness: Path, value: float) -> None:
    images = np.stack([np.full((160, 160, 3), level, np.float32) for level in (100, value)])
    predictor = load_predictor(brightness, "mine")
    sentence = r"^The model of the run mine gives answers that are no probabilities[^.]*: train it again[^.]*\.$"
    with pytest.raises(RunError, match=sentence):
        predictor.predict(images)
    with pytest.raises(RunError, match=sentence):
        predictor.predict_timed(images[1])
    with pytest.raises(RunError, match=f"^The model {brightness} gives"):
        Predictor(brightness).predict(images)


@pytest.mark.parametrize("content", [None, b"", b"no model at all", b"\0" * 5000])
def test_a_missing_or_damaged_model_is_an_error_in_words(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "model.tflite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RunError, match=r"can't be loaded for predictions.*train it again\.$"):
        Predictor(path)


def test_a_model_cut_short_is_an_error_in_words(brightness: Path, tmp_path: Path) -> None:
    (tmp_path / "model.tflite").write_bytes(brightness.read_bytes()[:200])
    with pytest.raises(RunError):
        Predictor(tmp_path / "model.tflite")


def test_a_run_predicts_with_its_own_model_once_it_has_one(settings: Settings, brightness: Path) -> None:
    run = runs.create_run(settings, TrainConfig("model1"))
    with pytest.raises(RunError, match="no trained model yet"):
        load_predictor(run.files.tflite, run.name)
    run.files.tflite.write_bytes(brightness.read_bytes())
    run.files.write_status(replace(run.status, state="stopped"))
    np.testing.assert_allclose(load_predictor(run.files.tflite, run.name).predict(grey(51)), [0.2], atol=1e-5)
