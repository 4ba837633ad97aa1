"""catdog.models.differences: the words must be true of the layers and of the notebook's table."""

import itertools

import pytest

from catdog.errors import UsageError
from catdog.models.differences import describe_changes, list_differences
from catdog.models.specs import MODELS
from catdog.models.summary import count_convolutions


def join_texts(name):
    """Return what all differences of a model say, as one text."""
    return " ".join(difference.what for difference in list_differences(name))


def test_the_first_model_has_none_before_it():
    assert list_differences("model1") == ()


@pytest.mark.parametrize("name", ["model2", "model3", "model4"])
def test_every_difference_says_what_and_why_in_whole_sentences(name):
    assert len(list_differences(name)) >= 3
    for difference in list_differences(name):
        assert difference.what.endswith(".")
        assert difference.why.endswith(".")


def test_model2_brings_augmentation_and_a_single_output():
    assert count_convolutions("model2") == count_convolutions("model1") + 1
    assert "flipped both ways at once at random (a half turn), rotated up to ±90°" in join_texts("model2")
    assert "6 convolutions instead of 5" in join_texts("model2")
    assert "1 answer instead of 2" in join_texts("model2")
    assert "BinaryCrossentropy instead of SparseCategoricalCrossentropy" in join_texts("model2")


def test_model3_brings_scaling_and_fewer_convolutions():
    assert "0 to 255 become −1 to 1" in join_texts("model3")
    assert "3 convolutions instead of 6" in join_texts("model3")
    assert "10,368 numbers reach the dense layers instead of 8,192" in join_texts("model3")
    assert "75% instead of 50%" in join_texts("model3")
    assert (
        "flipped left-right at random, rotated up to ±90°. Those of model2 are flipped both ways at once"
        in join_texts("model3")
    )


def test_model4_brings_a_frozen_network_and_a_small_head():
    text = join_texts("model4")
    assert "52 convolutions, instead of 3" in text
    assert "2,257,984 parameters are frozen: only 1,281 are trained, instead of 21,257,153" in text
    assert "each of the 1,280 maps becomes one number" in text
    assert "40% instead of 75%" in text
    assert "rotated up to ±72°. Those of model3 are flipped left-right at random, rotated up to ±90°" in text


def test_no_text_says_that_augmentation_makes_memorizing_impossible():
    reasons = " ".join(difference.why for name in MODELS for difference in list_differences(name))
    assert "harder to memorize, though not impossible" in reasons
    assert "by heart" not in reasons
    assert "about 120 breeds of dogs and several of cats" in reasons


def test_an_unknown_model_is_refused_with_the_four_that_exist():
    with pytest.raises(UsageError, match=", ".join(MODELS)):
        list_differences("model5")


def test_what_changes_is_counted_and_named():
    assert describe_changes("model1") == ""
    assert describe_changes("model2") == "3 changes against model1: augmentation, convolutions, outputs and loss"
    for before, name in itertools.pairwise(MODELS):
        words = describe_changes(name)
        assert words.startswith(f"{len(list_differences(name))} changes against {before}: ")
        assert all(difference.name in words for difference in list_differences(name))
