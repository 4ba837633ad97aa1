"""Bars: the images of each class and split, and the predictions for one image."""

import numpy as np
import pytest

from catdog.charts import CATS, DOGS, MODEL_COLOURS, plot_class_counts, plot_probabilities
from catdog.datasets import Catalog


@pytest.fixture
def catalog(tmp_path):
    splits = np.array(["training"] * 5 + ["validation"] * 3)
    labels = np.array([0, 0, 0, 1, 1, 0, 1, 1])
    names = tuple(f"{index}.jpg" for index in range(8))
    return Catalog("drawn", tmp_path, ("cats", "dogs"), names, labels, splits, "f00d")


def test_class_counts_draws_each_class_in_its_colour(catalog):
    cats, dogs = plot_class_counts(catalog).data
    assert (cats.name, cats.marker.color, list(cats.y)) == ("cats", CATS, [3, 1])
    assert (dogs.name, dogs.marker.color, list(dogs.y)) == ("dogs", DOGS, [2, 2])


def test_class_counts_leaves_an_empty_split_out(catalog):
    assert list(plot_class_counts(catalog).data[0].x) == ["training", "validation"]


def test_probability_bars_of_a_prediction_add_up_to_one():
    cats, dogs = plot_probabilities([("a", "model1", 0.25), ("b", "model4", 1.0)], ("cats", "dogs")).data
    assert list(cats.x) == [0.75, 0.0]
    assert list(dogs.x) == [0.25, 1.0]
    assert (cats.marker.color, dogs.marker.color) == (CATS, DOGS)


def test_probability_bars_name_runs_and_write_only_where_room_is():
    chart = plot_probabilities([("my run", "model1", 0.02)], ("cats", "dogs"))
    assert "my run" in annotations(chart)[0]
    assert MODEL_COLOURS["model1"] in annotations(chart)[0]
    assert [bar.text[0] for bar in chart.data] == ["cats 98.0%", ""]


def test_bars_never_claim_certainty_and_take_notes():
    chart = plot_probabilities(
        [("a", "model1", 0.99999), ("b", "model2", 0.2)], ("cats", "dogs"), notes=["<b>right", ""]
    )
    assert chart.data[1].text[0] == "dogs > 99.9%"
    assert ["&lt;b&gt;right" in text for text in annotations(chart)] == [True, False]


def test_names_can_not_smuggle_markup_into_bars():
    evil = "<a href='x'>run</a>"
    chart = plot_probabilities([(evil, "model1", 0.5)], (evil, "dogs"))
    texts = [
        *annotations(chart),
        *(bar.name + bar.hovertemplate + bar.customdata[0] + bar.text[0] for bar in chart.data),
    ]
    assert "&lt;a href" in "".join(texts)
    assert "<a" not in "".join(texts)


def annotations(chart):
    """The texts that a chart has besides its axes."""
    return [annotation.text for annotation in chart.layout.annotations]
