"""The hardest pictures, and those on which models disagree."""

import numpy as np
import pytest

from catdog.errors import UsageError
from catdog.evaluation import Predictions, find_disagreements, find_hard_examples


def answers(**probabilities):
    """Predictions to pictures of class 1 with these probabilities, by path."""
    number = len(probabilities)
    values = np.array(list(probabilities.values()), np.float64)
    return Predictions(tuple(probabilities), np.ones(number, np.int64), values, np.full(number, "test"))


def test_the_hardest_come_first_by_the_mean_of_the_losses():
    one, other = answers(a=0.9, b=0.5, c=0.01), answers(a=0.9, b=0.1, c=0.9)
    found = find_hard_examples({"one": one, "other": other}, 2)
    assert [photo.path for photo in found] == ["c", "b"]
    assert found[0].loss == pytest.approx(-(np.log(0.01) + np.log(0.9)) / 2)
    assert found[0].probabilities == {"one": 0.01, "other": 0.9}
    assert found[0].label == 1


def test_only_pictures_that_all_models_answered_are_compared_whatever_their_order():
    found = find_hard_examples({"one": answers(a=0.2, b=0.3), "other": answers(b=0.4, x=0.1, a=0.9)}, 9)
    assert {photo.path: photo.probabilities["other"] for photo in found} == {"a": 0.9, "b": 0.4}


def test_a_sure_wrong_answer_costs_much_but_never_without_end():
    (photo,) = find_hard_examples({"one": answers(a=0.0)}, 1)
    assert np.isfinite(photo.loss)


def test_models_disagree_most_where_they_are_evenly_divided():
    said = {"w": (0.1, 0.1), "x": (0.9, 0.1), "y": (0.9, 0.9), "z": (0.9, 0.9)}
    models = {name: answers(a=a, b=b, c=0.9) for name, (a, b) in said.items()}
    assert [photo.path for photo in find_disagreements(models)] == ["b", "a"]


def test_the_threshold_decides_what_is_a_disagreement():
    models = {"one": answers(a=0.6), "other": answers(a=0.8)}
    assert find_disagreements(models) == []
    assert [photo.path for photo in find_disagreements(models, threshold=0.7)] == ["a"]


@pytest.mark.parametrize("models", [{}, {"one": answers()}, {"one": answers(a=0.1), "other": answers(b=0.1)}])
def test_where_there_is_nothing_in_common_nothing_is_found(models):
    assert find_hard_examples(models, 5) == []
    assert find_disagreements(models) == []


def test_where_two_models_have_other_labels_for_a_picture_they_are_not_laid_together():
    one = answers(a=0.1, b=0.2)
    other = Predictions(one.paths, np.array([1, 0]), one.probabilities, one.splits)
    for find in (find_disagreements, lambda models: find_hard_examples(models, 5)):
        with pytest.raises(UsageError, match="different labels for the same pictures"):
            find({"one": one, "other": other})


def test_where_pictures_are_as_evenly_divided_those_of_the_higher_loss_come_first():
    models = {"one": answers(a=0.6, b=0.9, c=0.9), "other": answers(a=0.4, b=0.01, c=0.4)}
    assert [photo.path for photo in find_disagreements(models)] == ["b", "a", "c"]


def test_a_single_model_disagrees_with_nobody():
    assert find_disagreements({"one": answers(a=0.1, b=0.9)}) == []
