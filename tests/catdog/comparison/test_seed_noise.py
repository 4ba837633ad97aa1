"""Whether groups of seeds differ."""

import pytest

from catdog.comparison import Verdict, compare_groups, describe_groups, describe_spread


def test_groups_that_overlap_differ_within_seed_noise():
    difference = compare_groups([0.68, 0.70, 0.72], [0.67, 0.70, 0.70])
    assert difference.verdict == Verdict.SEED_NOISE
    assert "the seeds alone can explain that" in describe_groups("model1", "model2", difference)


def test_groups_far_apart_differ_beyond_seed_noise():
    difference = compare_groups([0.96, 0.97, 0.97], [0.67, 0.70, 0.70])
    assert difference.verdict == Verdict.BEYOND_NOISE
    assert "points above model2 (95%" in describe_groups("model4", "model2", difference)


def test_the_interval_is_welchs():
    # variances 1/60 and 1/25, so 3.23 degrees of freedom after Welch and Satterthwaite, here rounded down to 3
    difference = compare_groups([0.1, 0.2, 0.3, 0.4], [0.2, 0.4, 0.6])
    assert difference.difference == pytest.approx(-0.15)
    assert difference.margin == pytest.approx(3.182 * (1 / 60 / 4 + 1 / 25 / 3) ** 0.5)


def test_of_a_single_run_nobody_knows_how_far_its_seeds_lie_apart():
    assert compare_groups([0.7], [0.6, 0.61]) is None


def test_runs_that_all_reach_the_same_have_no_noise():
    assert compare_groups([0.7, 0.7], [0.7, 0.7]).verdict == Verdict.SEED_NOISE
    assert compare_groups([0.7, 0.7], [0.6, 0.6]).verdict == Verdict.BEYOND_NOISE


def test_the_spread_of_seeds_tells_how_far_single_runs_must_differ():
    text = describe_spread("model2", [0.68, 0.70, 0.72])
    assert "these runs differ only in the seed and reach 68.0% to 72.0%" in text
    assert f"{100 * 4.303 * 2**0.5 * 0.02:.1f} points" in text
