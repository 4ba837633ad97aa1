"""The curve of a training that goes on: it grows within epochs, and what does not grow stays where it is."""

from itertools import pairwise

import pytest

from catdog.charts import MODEL_COLOURS, LiveSeries, plot_live_curve
from tests.catdog.charts.histories import history

WITHIN = [(0.25, 0.5), (0.5, 0.55), (0.75, 0.6), (1.0, 0.65), (1.25, 0.7)]


def words(chart):
    """The texts beside the right edge, from low to high."""
    notes = [note for note in chart.layout.annotations if note.x == 1 and note.xanchor == "left"]
    return [note.text for note in sorted(notes, key=lambda note: note.y)]


def test_it_grows_within_the_first_epoch_before_any_has_ended():
    within, training, validation = plot_live_curve(
        [LiveSeries("run", "model3", epochs=20, batches=WITHIN[:2])], 0.5
    ).data
    assert list(within.x) == [0.25, 0.5]
    assert 0.5 == within.y[0] < within.y[1] < 0.55  # smoothed
    assert within.line.color == MODEL_COLOURS["model3"]
    assert (list(training.x), list(validation.x)) == ([], [])


def test_an_epoch_ends_at_its_number_where_the_next_begins():
    chart = plot_live_curve([LiveSeries("run", "model1", history([0.6]), 20, batches=WITHIN)], 0.5)
    within, training, validation = chart.data
    assert list(training.x) == list(validation.x) == [1]
    assert within.x[3] == 1.0
    assert (training.line.dash, validation.line.dash) == ("dash", "solid")


@pytest.mark.parametrize("epochs", [[], [0.6], [0.6, 0.7, 0.8]])
def test_axes_and_height_stay_the_same_while_it_grows(epochs):
    layout = plot_live_curve([LiveSeries("run", "model1", history(epochs), 20)], 0.5, 0.64).layout
    assert (layout.xaxis.range, layout.yaxis.range) == ((0, 20), (0.4, 1.01))
    assert layout.height == plot_live_curve([], None).layout.height


def test_lines_are_named_where_they_end_and_words_keep_apart():
    run = LiveSeries("run", "model1", history([0.6, 0.61]), 20)
    chart = plot_live_curve([run], 0.5, 0.64)
    validation = f"<b>validation {run.history['val_accuracy'][-1]:.0%}</b>"
    assert words(chart) == ["guessing 50%", validation, "training 61%", "reference 64%"]
    places = sorted(note.y for note in chart.layout.annotations if note.x == 1)
    assert all(later - earlier >= 0.0499 for earlier, later in pairwise(places))


def test_two_runs_at_once_are_told_apart_by_name():
    runs = [LiveSeries(name, "model1", history([0.6])) for name in ("one", "<b>two")]
    assert {text.split("<br>")[0].removeprefix("<b>") for text in words(plot_live_curve(runs, None))} == {
        *("one", "&lt;b&gt;two")
    }


def test_an_accuracy_below_the_axis_widens_it():
    chart = plot_live_curve([LiveSeries("run", "model1", batches=[(0.5, 0.1)])], 0.5)
    assert chart.layout.yaxis.range[0] == pytest.approx(0.08)


def test_the_beginning_of_fine_tuning_is_marked_between_its_epochs():
    run = LiveSeries("run", "model4 fine-tuned", history([0.6, 0.7, 0.8]), 4, tuned_after=2)
    chart = plot_live_curve([run], None)
    assert [shape.x0 for shape in chart.layout.shapes] == [2]
    assert "fine-tuning" in [note.text for note in chart.layout.annotations]
