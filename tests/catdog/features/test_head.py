"""A head fitted on features: what it learns, and what others say of an image it has not seen."""

import numpy as np
import pytest

from catdog.errors import DataError
from catdog.features.head import STRENGTHS, Head, choose_head, fit_head, predict_out_of_fold


def make_features(count: int, seed: int = 0, width: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Features of which the first tells the classes apart, and their labels."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    values = rng.normal(size=(count, width)).astype(np.float32)
    values[:, 0] += 6 * labels
    return values, labels


def test_a_head_tells_the_classes_apart_on_new_images():
    head = fit_head(*make_features(200), strength=0.1)
    values, labels = make_features(100, seed=1)
    probabilities = head.predict(values)
    assert probabilities.dtype == np.float32
    assert np.mean((probabilities > 0.5) == labels) > 0.98
    assert np.argmax(np.abs(head.weights)) == 0


def test_the_same_images_give_the_same_head():
    first, again = (fit_head(*make_features(50)) for _ in range(2))
    np.testing.assert_array_equal(first.weights, again.weights)
    assert first.bias == again.bias


def test_large_logits_do_not_overflow():
    head = Head(np.ones(1, np.float32), 0.0, 1.0)
    with np.errstate(all="raise"):
        probabilities = head.predict(np.array([[-80], [0], [80]], np.float32))
    np.testing.assert_allclose(probabilities, [0, 0.5, 1], atol=1e-6)


def test_images_of_one_class_are_refused():
    values, labels = make_features(4)
    with pytest.raises(DataError, match="images of one class only: add some of the other"):
        fit_head(values, np.zeros_like(labels))


def test_the_penalty_is_chosen_by_the_validation_images():
    training, validation = make_features(40), make_features(200, seed=1)
    chosen = choose_head(training, validation)
    losses = {}
    for strength in STRENGTHS:
        of_label = np.abs(1 - validation[1] - fit_head(*training, strength).predict(validation[0]))
        losses[strength] = -np.log(of_label).mean()
    assert chosen.strength == min(losses, key=losses.get)


def test_an_images_own_label_does_not_change_its_prediction():
    values, labels = make_features(40)
    before = predict_out_of_fold(values, labels, strength=1.0)
    flipped = labels.copy()
    flipped[[3, 4]] = flipped[[4, 3]]  # of both classes, so that the parts stay as they are dealt
    after = predict_out_of_fold(values, flipped, strength=1.0)
    assert before[3] > 0.5 > before[4]
    assert after[3] > 0.5 > after[4]


def test_two_images_of_a_class_are_the_least():
    values, labels = make_features(5)
    assert predict_out_of_fold(values[:4], labels[:4]).shape == (4,)
    with pytest.raises(DataError, match="two images or more of each class"):
        predict_out_of_fold(values[:3], labels[:3])
