"""Sweeps: every combination once, within bounds, under one name."""

from datetime import datetime

import pytest

from catdog.errors import UsageError
from catdog.training import TrainConfig
from catdog.training.recipes import make_quick_config
from catdog.training.sweep import (
    AXES,
    MAX_RUNS,
    SHIFT,
    TURN,
    expand_grid,
    make_sweep_title,
    name_sweep_runs,
    read_axis,
    repeat_seeds,
)

ONE, FOUR = TrainConfig("model1", "drawn"), TrainConfig("model4", "drawn")


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("seed", "1, 2,5-7", [1, 2, 5, 6, 7]),
        ("seed", "3,3,3", [3]),
        ("seed", " , ", []),
        ("learning_rate", "0.001, 3e-4", [0.001, 0.0003]),
        ("flip", "none, horizontal", ["none", "horizontal"]),
        ("turn", "0,30", [0.0, 30.0]),
    ],
)
def test_values_are_read_from_text(name, text, values):
    assert read_axis(name, text) == values


@pytest.mark.parametrize(
    ("name", "text"),
    [("seed", "one"), ("seed", "5-1"), ("seed", "1-100000"), ("learning_rate", "fast"), ("source", "x"), ("", "1")],
)
def test_what_can_not_be_read_is_one_sentence(name, text):
    with pytest.raises(UsageError) as caught:
        read_axis(name, text)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_every_combination_comes_once():
    combinations = expand_grid([ONE, FOUR], {"seed": [1, 2], "learning_rate": [0.001, 0.0003]})
    assert len(combinations) == 8
    assert len({(config.model, config.seed, config.learning_rate) for config, _ in combinations}) == 8
    assert [words for _, words in combinations[:2]] == ["seed 1, learning rate 0.001", "seed 1, learning rate 0.0003"]


def test_a_turn_in_degrees_becomes_the_share_of_a_circle():
    (flat, turned) = (config for config, _ in expand_grid([ONE], {"turn": [0.0, 36.0]}))
    assert (flat.rotation, turned.rotation) == (0, pytest.approx(0.1))


def test_a_shift_is_the_setting_called_translation():
    assert [config.translation for config, _ in expand_grid([ONE], {"shift": [0.0, 0.2]})] == [0.0, 0.2]


def test_without_axes_the_configurations_stay_as_they_are():
    assert expand_grid([ONE, FOUR], {}) == [(ONE, ""), (FOUR, "")]
    assert expand_grid([ONE], {"seed": []}) == [(ONE, "")]


def test_too_many_and_impossible_values_are_refused():
    with pytest.raises(UsageError, match=r"makes 400 runs, and 200"):
        expand_grid([ONE, FOUR], {"seed": list(range(MAX_RUNS))})
    with pytest.raises(UsageError, match="learning rate"):
        expand_grid([ONE], {"learning_rate": [7.0]})
    with pytest.raises(UsageError):
        expand_grid([ONE], {"flip": ["sideways"]})


def test_all_runs_of_a_sweep_bear_its_name():
    assert name_sweep_runs("rates", expand_grid([ONE], {"seed": [1, 2]})) == ["rates: seed 1", "rates: seed 2"]
    assert name_sweep_runs("rates", expand_grid([ONE, FOUR], {"seed": [1]})) == [
        "rates model1: seed 1",
        "rates model4: seed 1",
    ]
    assert name_sweep_runs("", expand_grid([ONE], {"seed": [1]})) == ["model1: seed 1"]
    assert name_sweep_runs("mine", expand_grid([ONE], {})) == ["mine"]
    assert name_sweep_runs("mine", expand_grid([ONE, FOUR], {})) == ["mine model1", "mine model4"]
    assert name_sweep_runs("", expand_grid([ONE], {})) == [""]  # the run then names itself after its model and time


def test_every_axis_is_a_setting_that_trainings_have():
    for name, kind in AXES.items():
        if name not in (TURN, SHIFT):
            assert hasattr(ONE, name), name
        assert kind in (int, float, str)


def test_a_title_has_name_or_models_and_when_the_sweep_began():
    now = datetime(2026, 11, 25, 22, 5)
    swept = expand_grid([TrainConfig("model1"), TrainConfig("model2")], {"seed": [1, 2]})
    assert make_sweep_title("luck", swept, now) == "luck, 25 Nov 22:05"
    assert make_sweep_title("", swept, now) == "model1, model2, 25 Nov 22:05"
    assert make_sweep_title("luck", expand_grid([TrainConfig("model1"), TrainConfig("model2")], {}), now) == ""


def test_with_several_seeds_every_model_comes_once_before_any_comes_again() -> None:
    repeated = repeat_seeds([TrainConfig("model1"), TrainConfig("model2")], range(1, 3))
    assert [(config.model, config.seed, words) for config, words in repeated] == [
        ("model1", 1, "seed 1"),
        ("model2", 1, "seed 1"),
        ("model1", 2, "seed 2"),
        ("model2", 2, "seed 2"),
    ]
    assert name_sweep_runs("", repeated)[:2] == ["model1: seed 1", "model2: seed 1"]


def test_a_quick_training_is_swept_over_what_counts_for_it():
    configs = [make_quick_config(), TrainConfig("model4")]
    combinations = expand_grid(configs, {"learning_rate": [0.1, 0.2], "fraction": [0.5, 1.0]})
    quick = [(config, words) for config, words in combinations if config.quick]
    assert [words for _, words in quick] == ["fraction 0.5", "fraction 1"]
    assert len(combinations) == 6
