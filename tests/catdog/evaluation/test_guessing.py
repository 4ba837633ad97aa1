"""A round of guessing: which images are drawn, what the address may say, and who was right."""

import numpy as np
import pytest

from catdog.errors import UsageError
from catdog.evaluation.guessing import check_round, draw_round, parse_guesses
from catdog.evaluation.predictions import Predictions

SPLITS = np.array(["training"] * 50 + ["validation"] * 30 + ["test"] * 25)


@pytest.mark.parametrize("seed", range(5))
def test_test_images_are_drawn_once_each_and_never_others(seed: int) -> None:
    rows = draw_round(SPLITS, seed)
    assert len(set(rows)) == len(rows) == 20
    assert set(SPLITS[rows]) == {"test"}
    assert (rows == draw_round(SPLITS, seed)).all()


def test_another_seed_draws_other_images() -> None:
    assert set(draw_round(SPLITS, 1)) != set(draw_round(SPLITS, 2))


def test_validation_images_help_out_but_training_images_never() -> None:
    rows = draw_round(SPLITS[:90], 3)  # 10 test images are left
    assert len(rows) == 20
    assert set(SPLITS[rows]) == {"validation", "test"}
    assert sorted(draw_round(SPLITS[40:55], 0)) == [10, 11, 12, 13, 14]
    assert len(draw_round(SPLITS[:50], 0)) == 0


def test_guesses_are_read_from_the_address() -> None:
    assert parse_guesses("") == []
    assert parse_guesses("0110") == [0, 1, 1, 0]


@pytest.mark.parametrize("text", ["2", "01x", "<b>", "0" * 21, "٠"])
def test_what_is_no_list_of_guesses_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="guesses"):
        parse_guesses(text)


def test_a_model_is_right_where_its_class_is_the_label() -> None:
    predictions = Predictions(
        ("a", "b", "c", "d"), np.array([0, 1, 1, 0]), np.array([0.2, 0.9, 0.4, 0.7]), SPLITS[[60, 90, 91, 92]]
    )
    assert check_round(predictions, ["d", "a", "c"], np.array([0, 0, 1])).tolist() == [False, True, False]


def test_a_model_that_learned_or_lacks_an_image_takes_no_part() -> None:
    predictions = Predictions(("a", "b"), np.array([0, 1]), np.array([0.2, 0.9]), np.array(["training", "test"]))
    assert check_round(predictions, ["b"], np.array([1])).tolist() == [True]
    assert check_round(predictions, ["a", "b"], np.array([0, 1])) is None
    assert check_round(predictions, ["b", "c"], np.array([1, 1])) is None
