"""Hard examples: the images with the highest loss, and those on which models disagree."""

import numpy as np
import pytest

from catdog.errors import UsageError
from catdog.evaluation import Predictions, find_disagreements, find_hard_examples


def predict(**probabilities):
    """Predictions for images of class 1 with these probabilities, by path."""
    count = len(probabilities)
    values = np.array(list(probabilities.values()), np.float64)
    return Predictions(tuple(probabilities), np.ones(count, np.int64), values, np.full(count, "test"))


def test_the_hardest_come_first_by_the_mean_of_the_losses():
    first, second = predict(a=0.9, b=0.5, c=0.01), predict(a=0.9, b=0.1, c=0.9)
    examples = find_hard_examples({"first": first, "second": second}, 2)
    assert [example.path for example in examples] == ["c", "b"]
    assert examples[0].loss == pytest.approx(-(np.log(0.01) + np.log(0.9)) / 2)
    assert examples[0].probabilities == {"first": 0.01, "second": 0.9}
    assert examples[0].label == 1


def test_only_images_that_all_models_predicted_are_compared():
    examples = find_hard_examples({"first": predict(a=0.2, b=0.3), "second": predict(b=0.4, x=0.1, a=0.9)}, 9)
    assert {example.path: example.probabilities["second"] for example in examples} == {"a": 0.9, "b": 0.4}


def test_the_loss_of_a_confident_mistake_is_finite():
    (example,) = find_hard_examples({"first": predict(a=0.0)}, 1)
    assert np.isfinite(example.loss)


def test_models_disagree_most_where_they_are_evenly_divided():
    probabilities = {"w": (0.1, 0.1), "x": (0.9, 0.1), "y": (0.9, 0.9), "z": (0.9, 0.9)}
    models = {name: predict(a=a, b=b, c=0.9) for name, (a, b) in probabilities.items()}
    assert [example.path for example in find_disagreements(models)] == ["b", "a"]


def test_the_threshold_decides_what_is_a_disagreement():
    models = {"first": predict(a=0.6), "second": predict(a=0.8)}
    assert find_disagreements(models) == []
    assert [example.path for example in find_disagreements(models, threshold=0.7)] == ["a"]


@pytest.mark.parametrize("models", [{}, {"first": predict()}, {"first": predict(a=0.1), "second": predict(b=0.1)}])
def test_where_there_is_nothing_in_common_nothing_is_found(models):
    assert find_hard_examples(models, 5) == []
    assert find_disagreements(models) == []


def test_models_with_other_labels_for_an_image_are_not_compared():
    first = predict(a=0.1, b=0.2)
    second = Predictions(first.paths, np.array([1, 0]), first.probabilities, first.splits)
    for find in (find_disagreements, lambda models: find_hard_examples(models, 5)):
        with pytest.raises(UsageError, match="different labels for the same images"):
            find({"first": first, "second": second})


def test_equally_divided_images_come_by_their_loss():
    models = {"first": predict(a=0.6, b=0.9, c=0.9), "second": predict(a=0.4, b=0.01, c=0.4)}
    assert [example.path for example in find_disagreements(models)] == ["b", "a", "c"]


def test_a_single_model_can_not_disagree():
    assert find_disagreements({"first": predict(a=0.1, b=0.9)}) == []
