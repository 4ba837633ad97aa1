"""The map of a dataset, and the curve of teaching."""

import base64
import json

import numpy as np
import plotly.io

from catdog.charts.map import LARGE, SMALL, Group, group_by_answer, group_by_label, plot_map
from catdog.charts.style import CATS, DOGS
from catdog.charts.teaching_curve import plot_teaching_curve
from catdog.features.teaching import Step

POINTS = np.array([[0, 0], [1, 2], [3, 4], [5, 6]], np.float32)
LABELS = np.array([0, 1, 0, 1])
NAMES = ("cats", "dogs")


def test_each_class_has_its_colour_and_each_point_its_row():
    cats, dogs = plot_map(POINTS, group_by_label(NAMES, LABELS)).data
    assert (cats.name, cats.marker.color, dogs.name, dogs.marker.color) == ("cats", CATS, "dogs", DOGS)
    assert (list(cats.customdata), list(dogs.customdata)) == ([0, 2], [1, 3])
    np.testing.assert_array_equal(dogs.x, POINTS[[1, 3], 0])


def test_a_label_that_no_image_has_is_not_in_the_legend():
    assert [group.name for group in group_by_label(("a", "b", "c"), LABELS, ("red", "green", "blue"))] == ["a", "b"]


def test_wrong_answers_are_crosses_and_missing_ones_are_left_out():
    groups = group_by_answer(NAMES, LABELS, np.array([0, 0, -1, 1]))
    drawn = {group.name: (group.rows.tolist(), group.symbol) for group in groups}
    assert drawn == {
        "called cats": ([0], "circle"),
        "called dogs": ([3], "circle"),
        "called cats, wrong": ([1], "x"),
    }


def test_numbers_are_drawn_along_a_scale_the_highest_on_top():
    doubts = np.array([0.2, 0.9, 0.1], np.float32)
    [points] = plot_map(POINTS, [Group("doubt", np.arange(3), doubts)], scale="doubt").data
    assert list(points.customdata) == [2, 0, 1]
    assert points.marker.color.tolist() == sorted(doubts.tolist())
    assert points.marker.colorbar.title.text == "doubt"


def test_what_is_selected_stands_out():
    cats, dogs = plot_map(POINTS, group_by_label(NAMES, LABELS), selected=np.array([2])).data
    assert (list(cats.selectedpoints), list(dogs.selectedpoints)) == ([1], [])
    assert cats.unselected.marker.opacity < 0.2


def test_marked_photos_have_a_ring():
    *_, ring = plot_map(POINTS, group_by_label(NAMES, LABELS), marked=[("taught", POINTS[:2])]).data
    assert (ring.name, len(ring.x), ring.hoverinfo) == ("taught", 2, "skip")


def test_a_map_of_many_photos_is_small_in_bytes_and_points():
    count = 25_000
    points = np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32)
    chart = plot_map(points, group_by_label(NAMES, np.arange(count) % 2))
    assert (chart.data[0].marker.size, plot_map(POINTS, group_by_label(NAMES, LABELS)).data[0].marker.size) == (
        SMALL,
        LARGE,
    )
    text = plotly.io.to_json(chart, validate=False)
    assert len(text) < 20 * count  # three numbers of four bytes for each point, in base64
    coordinates = json.loads(text)["data"][0]["x"]
    assert coordinates["dtype"] == "f4"
    assert len(base64.b64decode(coordinates["bdata"])) == 4 * count / 2


def test_the_curve_has_a_band_and_a_dot_of_ones_own():
    steps = (Step(1, 0.7, 0.6, 0.8, 12), Step(10, 0.9, 0.85, 0.95, 12))
    band, line, dot = plot_teaching_curve(steps, (10, 0.93)).data
    assert list(band.y) == [0.8, 0.95, 0.85, 0.6]
    assert list(line.y) == [0.7, 0.9]
    assert (list(dot.x), list(dot.y)) == ([10], [0.93])
    assert len(plot_teaching_curve(steps).data) == 2


def test_only_powers_of_ten_are_written_below_the_curve():
    steps = tuple(Step(count, 0.9, 0.8, 1.0, 3) for count in (1, 2, 5, 10, 101, 1000))
    assert plot_teaching_curve(steps).layout.xaxis.ticktext == ("1", "", "", "10", "", "1,000")


def test_an_accuracy_below_chance_is_still_on_the_chart():
    chart = plot_teaching_curve((Step(1, 0.7, 0.6, 0.8, 12),), (1, 0.31))
    assert chart.layout.yaxis.range[0] < 0.31
