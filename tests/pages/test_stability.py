"""The sentence on how stable a model's predictions are among the versions of an image."""

import pytest

from pages.components.augment.predictions import describe_stability

CLASSES = ("cats", "dogs")


@pytest.mark.parametrize(
    ("probabilities", "sentence"),
    [
        ([0.97, 0.999, 0.98], "model4 says dogs for 3 of 3 versions, between 97 % and 100 % sure."),
        ([0.1, 0.2], "model4 says cats for 2 of 2 versions, between 80 % and 90 % sure."),
        ([0.901, 0.899], "model4 says dogs for 2 of 2 versions, 90 % sure each time."),
        (
            [0.6, 0.7, 0.2],
            "model4 says dogs for 2 of 3 versions and cats for 1: its probability of dogs is 20 % to 70 %.",
        ),
        ([0.3, 0.7], "model4 says cats for 1 of 2 versions and dogs for 1: its probability of dogs is 30 % to 70 %."),
        ([], ""),
    ],
)
def test_the_sentence_says_how_often_and_how_sure(probabilities: list[float], sentence: str) -> None:
    assert describe_stability("model4", CLASSES, probabilities) == sentence
