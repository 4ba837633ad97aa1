"""The charts of the images' original sizes: every image counts once, whatever its size."""

import numpy as np
import pytest

from catdog.charts import CATS, DOGS
from catdog.charts.image_sizes import BINS, LARGEST, MOST_POINTS, SMALLEST, plot_aspect_ratios, plot_image_sizes
from catdog.datasets import Catalog
from catdog.datasets.statistics import ImageStatistics


def data(tmp_path, widths, heights, labels, classes=("cats", "dogs")):
    """A catalog and its facts with these sizes."""
    count = len(widths)
    names = tuple(f"{index}.jpg" for index in range(count))
    catalog = Catalog("x", tmp_path, classes, names, np.array(labels), np.full(count, "training"), "f00d")
    sizes = np.array(widths, np.int32), np.array(heights, np.int32)
    means = np.zeros((3, 2, 160, 160, 3), np.uint8)
    return catalog, ImageStatistics(*sizes, np.ones(count, np.int64), np.ones(count, np.float32), means)


def test_each_size_is_a_point_that_grows_with_its_number_of_images(tmp_path):
    chart = plot_image_sizes(*data(tmp_path, [400, 400, 400, 30, 400], [300, 300, 300, 40, 300], [0, 0, 0, 0, 1]))
    cats, dogs = chart.data
    assert (cats.marker.color, dogs.marker.color) == (CATS, DOGS)
    assert (list(cats.x), list(cats.y), list(cats.customdata)) == ([30, 400], [40, 300], [1, 3])
    assert (list(dogs.x), list(dogs.y), list(dogs.customdata)) == ([400], [300], [1])
    assert list(cats.marker.size) == [SMALLEST, LARGEST]


def test_many_different_sizes_are_rounded_and_none_is_lost(tmp_path):
    rng = np.random.default_rng(1)
    widths, heights = rng.integers(20, 4000, (2, 30_000))
    chart = plot_image_sizes(*data(tmp_path, widths, heights, rng.integers(0, 2, 30_000)))
    assert sum(len(trace.x) for trace in chart.data) <= MOST_POINTS
    assert sum(sum(trace.customdata) for trace in chart.data) == 30_000
    assert "rounded to " in chart.layout.xaxis.title.text


def test_ratios_count_every_image_once_and_extremes_at_the_ends(tmp_path):
    widths, heights = [100, 100, 50, 9000, 10], [100, 101, 100, 100, 1000]
    cats, dogs = plot_aspect_ratios(*data(tmp_path, widths, heights, [0, 1, 0, 0, 1])).data
    assert (sum(cats.y), sum(dogs.y)) == (3, 2)
    assert cats.y[BINS // 2] == dogs.y[BINS // 2] == 1
    assert (cats.y[-1], dogs.y[0]) == (1, 1)
    assert "1.00 : 1" in cats.customdata[BINS // 2]


@pytest.mark.parametrize("chart", [plot_image_sizes, plot_aspect_ratios])
def test_an_image_whose_size_is_not_known_is_left_out(tmp_path, chart):
    drawn = chart(*data(tmp_path, [0, 200], [0, 100], [0, 1]))
    assert sum(sum(trace.y if trace.type == "bar" else trace.customdata) for trace in drawn.data) == 1
    assert len(chart(*data(tmp_path, [0], [0], [0])).data) == 2


@pytest.mark.parametrize("chart", [plot_image_sizes, plot_aspect_ratios])
def test_names_of_classes_can_not_smuggle_markup_into_a_chart(tmp_path, chart):
    drawn = chart(*data(tmp_path, [20, 30], [30, 20], [0, 1], ("<a href='x'>", "dogs")))
    texts = "".join(trace.name + trace.hovertemplate for trace in drawn.data)
    assert "&lt;a href" in texts
    assert "<a" not in texts
