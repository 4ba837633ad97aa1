"""The chart of whether cleaning helped."""

import pytest

from catdog.charts.gain import plot_gain
from catdog.features.gain import Gain


def make_gain(differences: tuple[float, ...], interval: tuple[float, float]) -> Gain:
    return Gain(differences, (0.03, 0.02), (0.97, 0.98), 5, interval)


def test_each_split_is_a_dot_and_the_interval_a_bar():
    splits, mean = plot_gain(make_gain((0.001, -0.002, 0.004), (-0.001, 0.003))).data
    assert list(splits.x) == [-0.002, 0.001, 0.004]
    assert mean.x[0] == pytest.approx(0.001)
    assert (mean.error_x.array[0], mean.error_x.arrayminus[0]) == pytest.approx((0.002, 0.002))


def test_zero_is_in_the_middle_also_where_nothing_differs():
    chart = plot_gain(make_gain((0.001, 0.002, 0.004), (0.001, 0.003)))
    low, high = chart.layout.xaxis.range
    assert low == -high
    assert plot_gain(make_gain((0.0,) * 3, (0.0, 0.0))).layout.xaxis.range is None
