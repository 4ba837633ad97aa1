"""The smallest differences that McNemar's test finds, beside scipy's binomial test and a simulation."""

import time
import tracemalloc

import numpy as np
import pytest

from catdog.evaluation import (
    describe_resolution,
    describe_smallest_differences,
    detectable_difference,
    smallest_difference,
    smallest_lead,
)


@pytest.mark.parametrize("disagreements", [*range(0, 30), 100, 161, 807])
def test_the_smallest_lead_is_the_first_that_the_exact_test_calls_rare(disagreements):
    from scipy import stats

    leads = [
        2 * more - disagreements
        for more in range((disagreements + 1) // 2, disagreements + 1)
        if stats.binomtest(more, max(1, disagreements)).pvalue < 0.05
    ]
    assert smallest_lead(disagreements) == (min(leads) if leads and disagreements else None)


def test_fewer_than_six_disagreements_show_nothing():
    assert [smallest_lead(number) for number in range(7)] == [None] * 6 + [6]


@pytest.mark.parametrize(
    ("count", "share", "points"), [(192, 0.1, 5.7), (192, 0.2, 7.3), (808, 0.1, 2.4), (808, 0.2, 3.2)]
)
def test_the_smallest_difference_of_so_many_images(count, share, points):
    assert 100 * smallest_difference(count, round(share * count)) == pytest.approx(points, abs=0.05)


@pytest.mark.parametrize(("count", "disagreement"), [(192, 0.2), (808, 0.1), (60, 0.5)])
def test_a_detectable_difference_is_found_as_often_as_promised(count, disagreement):
    difference = detectable_difference(count, disagreement, power=0.8)
    rng = np.random.default_rng(7)
    better, worse = (disagreement + difference) / 2, (disagreement - difference) / 2
    samples = rng.multinomial(count, [better, worse, 1 - disagreement], size=20_000)
    never = count + 1
    leads = np.array([smallest_lead(number) or never for number in range(count + 1)])
    shown = samples[:, 0] - samples[:, 1] >= leads[samples[:, 0] + samples[:, 1]]
    assert np.mean(shown) == pytest.approx(0.8, abs=0.01)  # a standard error is 0.003


@pytest.mark.parametrize(
    ("count", "disagreement"), [(808, 0.65), (2000, 0.3), (600, 0.95), (5000, 0.11), (12_500, 0.05)]
)
@pytest.mark.parametrize("power", [0.5, 0.8, 0.9])
def test_the_approximation_is_as_good_as_the_exact_power(count, disagreement, power, monkeypatch):
    approximate = detectable_difference(count, disagreement, power)
    monkeypatch.setattr("catdog.evaluation.power._MANY", count)
    assert 100 * approximate == pytest.approx(100 * detectable_difference(count, disagreement, power), abs=0.03)


def test_very_many_images_need_little_time_and_memory():
    tracemalloc.start()
    begun = time.perf_counter()
    assert 100 * detectable_difference(100_000, 0.2) == pytest.approx(0.397, abs=0.002)
    assert detectable_difference(100_000, 0.004) < 0.002  # 400 disagreements: exact
    taken, (_, peak) = time.perf_counter() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 2  # 0.05 s on an idle machine; the sum took 40
    assert peak < 30e6


def test_more_images_and_fewer_disagreements_show_smaller_differences():
    assert detectable_difference(808, 0.2) < detectable_difference(192, 0.2)
    assert detectable_difference(192, 0.1) < detectable_difference(192, 0.2)
    assert detectable_difference(192, 0.2, power=0.9) > detectable_difference(192, 0.2, power=0.8)


@pytest.mark.parametrize(("count", "disagreement"), [(1, 0.5), (20, 0.1), (192, 0.0), (5, 1.0)])
def test_too_few_images_can_not_show_any_difference(count, disagreement):
    assert detectable_difference(count, disagreement) is None


def test_models_that_always_disagree_are_told_apart_by_six_images():
    assert detectable_difference(6, 1.0, power=0.5) == pytest.approx(2 * 0.5 ** (1 / 6) - 1, abs=1e-4)


def test_what_is_said_is_what_is_computed():
    text = describe_resolution(192, 40)
    assert "disagree on 40 of 192 images" in text
    assert "leads by 14 of them, which is 7.3 points" in text
    assert f"truly differ by {100 * detectable_difference(192, 40 / 192):.1f} points for 80% of such" in text


def test_where_nothing_can_be_shown_the_text_says_so():
    assert describe_resolution(192, 5).endswith("too few for this test to show a difference, however they are split.")
    assert describe_resolution(100, 6).endswith("which is 6.0 points of accuracy.")
    assert describe_smallest_differences(8) == "8 test images are too few to tell two models apart."


@pytest.mark.parametrize(
    ("count", "points"), [(192, ("5.7 points", "7.3 points", "8.3 points")), (808, ("2.4 points", "3.2 points"))]
)
def test_without_a_pair_the_differences_are_given_for_several_shares(count, points):
    text = describe_smallest_differences(count)
    assert all(part in text for part in points)
    assert "where they disagree on 10%" in text
