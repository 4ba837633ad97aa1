"""How often a model was right when it was so confident."""

import numpy as np
import pytest

from catdog.evaluation import Band, Predictions, compute_track_record, describe_band, find_band


def predict(labels, probabilities):
    """Predictions of numbered test images."""
    count = len(labels)
    return Predictions(
        tuple(f"{index}.jpg" for index in range(count)),
        np.array(labels, np.int64),
        np.array(probabilities, np.float64),
        np.full(count, "test"),
    )


def test_either_class_counts_by_the_probability_of_the_one_that_is_predicted():
    record = compute_track_record(predict([1, 0, 0, 1], [0.97, 0.03, 0.99, 0.55]))
    assert [(band.count, band.correct) for band in record] == [(1, 1), (0, 0), (0, 0), (0, 0), (0, 0), (3, 2)]


@pytest.mark.parametrize(
    ("probability", "low"), [(0.5, 0.5), (0.6, 0.6), (0.2, 0.8), (0.05, 0.95), (0.9499, 0.9), (1.0, 0.95), (0.0, 0.95)]
)
def test_a_band_holds_its_lower_edge_for_both_classes(probability, low):
    record = compute_track_record(predict([1], [probability]))
    assert [band.low for band in record if band.count] == [low]
    assert find_band(record, max(probability, 1 - probability)).low == low


def test_every_image_is_counted_once():
    rng = np.random.default_rng(3)
    predictions = predict(rng.integers(0, 2, 500), rng.random(500))
    record = compute_track_record(predictions)
    assert sum(band.count for band in record) == 500
    assert sum(band.correct for band in record) == predictions.correct().sum()


def test_a_claim_comes_with_its_counts():
    text = describe_band(Band(0.95, 1.0, 120, 84))
    assert text == "when it said 95% or more, it was right in 70.0% of 120 test images (84)"
    assert "when it said 80 to 90%" in describe_band(Band(0.8, 0.9, 20, 15))


@pytest.mark.parametrize(("count", "words"), [(0, "for none of"), (1, "for only 1 of"), (19, "for only 19 of")])
def test_few_images_support_no_claim(count, words):
    band = Band(0.6, 0.7, count, count)
    assert band.accuracy is None
    assert words in describe_band(band)
    assert "right in" not in describe_band(band)


def test_without_images_there_is_nothing_to_claim():
    assert {band.accuracy for band in compute_track_record(predict([], []))} == {None}
