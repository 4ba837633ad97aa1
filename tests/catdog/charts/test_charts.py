"""The charts: what is drawn from which data, without a browser."""

import math

import numpy as np
import pytest

from catdog.charts import (
    CATS,
    DOGS,
    MODEL_COLOURS,
    Goal,
    Series,
    list_goals,
    plot_class_counts,
    plot_learning_curves,
    plot_probabilities,
)
from catdog.datasets import Catalog


def history(accuracy, val_accuracy=None, loss=None):
    """A run's history with these accuracies; the rest follows from them."""
    columns = {"epoch": list(range(1, len(accuracy) + 1)), "accuracy": accuracy}
    columns["val_accuracy"] = val_accuracy or [value - 0.1 for value in accuracy]
    columns["loss"] = loss or [1 - value for value in accuracy]
    columns["val_loss"] = [1.1 - value for value in accuracy]
    return columns


def notes(chart):
    """The texts that a chart has besides its axes."""
    return [note.text for note in chart.layout.annotations]


@pytest.fixture
def catalog(tmp_path):
    splits = np.array(["training"] * 5 + ["validation"] * 3)
    labels = np.array([0, 0, 0, 1, 1, 0, 1, 1])
    names = tuple(f"{number}.jpg" for number in range(8))
    return Catalog("drawn", tmp_path, ("cats", "dogs"), names, labels, splits, "f00d")


def test_class_counts_draws_each_class_in_its_colour(catalog):
    cats, dogs = plot_class_counts(catalog).data
    assert (cats.name, cats.marker.color, list(cats.y)) == ("cats", CATS, [3, 1])
    assert (dogs.name, dogs.marker.color, list(dogs.y)) == ("dogs", DOGS, [2, 2])


def test_class_counts_leaves_an_empty_split_out(catalog):
    assert list(plot_class_counts(catalog).data[0].x) == ["training", "validation"]


def test_probability_bars_of_an_answer_add_up_to_one():
    cats, dogs = plot_probabilities([("a", "model1", 0.25), ("b", "model4", 1.0)], ("cats", "dogs")).data
    assert list(cats.x) == [0.75, 0.0]
    assert list(dogs.x) == [0.25, 1.0]
    assert (cats.marker.color, dogs.marker.color) == (CATS, DOGS)


def test_probability_bars_name_every_run_and_write_only_where_there_is_room():
    chart = plot_probabilities([("my run", "model1", 0.02)], ("cats", "dogs"))
    assert "my run" in notes(chart)[0]
    assert MODEL_COLOURS["model1"] in notes(chart)[0]
    assert [bar.text[0] for bar in chart.data] == ["cats 98.0%", ""]


def test_names_can_not_smuggle_markup_into_a_chart():
    evil = "<a href='x'>run</a>"
    bars = plot_probabilities([(evil, "model1", 0.5)], (evil, "dogs"))
    lines = plot_learning_curves([Series(evil, "model1", history([0.5]))])
    texts = [*notes(bars), *(bar.name + bar.hovertemplate + bar.customdata[0] + bar.text[0] for bar in bars.data)]
    texts += [line.name + line.hovertemplate for line in lines.data]
    assert "&lt;a href" in "".join(texts)
    assert "<a" not in "".join(texts)


def test_training_is_dashed_and_validation_solid_in_the_colour_of_the_model():
    training, validation = plot_learning_curves([Series("run", "model3", history([0.6, 0.7]))]).data
    assert (training.line.dash, list(training.y)) == ("dash", [0.6, 0.7])
    assert (validation.line.dash, list(validation.y)) == ("solid", [0.5, pytest.approx(0.6)])
    assert training.line.color == validation.line.color == MODEL_COLOURS["model3"]


def test_the_loss_chart_draws_losses():
    training, validation = plot_learning_curves([Series("run", "model3", history([0.6, 0.7]))], "loss").data
    assert list(training.y) == pytest.approx([0.4, 0.3])
    assert list(validation.y) == pytest.approx([0.5, 0.4])


def test_an_unknown_metric_is_refused():
    with pytest.raises(ValueError, match="metric"):
        plot_learning_curves([], "speed")


def test_runs_of_one_model_have_one_colour_and_different_markers():
    both = [Series("first", "model1", history([0.5])), Series("second", "model1", history([0.6]))]
    first, second = (line for line in plot_learning_curves(both).data if line.showlegend)
    assert first.line.color == second.line.color
    assert first.marker.symbol != second.marker.symbol
    assert (first.name, second.name) == ("first", "second")


def test_both_lines_of_a_run_are_hidden_together():
    training, validation = plot_learning_curves([Series("run", "model1", history([0.5]))]).data
    assert training.legendgroup == validation.legendgroup
    assert [training.showlegend, validation.showlegend] == [False, True]


@pytest.mark.parametrize("metric", ["accuracy", "loss"])
def test_no_run_an_empty_history_and_a_single_epoch_draw_without_complaint(metric):
    empty = plot_learning_curves([Series("waiting", "model2")], metric)
    assert [list(line.y) for line in empty.data] == [[], []]
    assert plot_learning_curves([], metric).data == ()
    single = plot_learning_curves([Series("one", "model2", history([0.5]))], metric)
    assert all("markers" in line.mode for line in single.data)  # a line of one point can't be seen


def test_values_that_are_no_numbers_leave_a_gap():
    nan = history([0.5, math.nan, 0.7], [math.inf, 0.6, 0.6])
    training, validation = plot_learning_curves([Series("run", "model1", nan)]).data
    assert list(training.y) == [0.5, None, 0.7]
    assert list(validation.y) == [None, 0.6, 0.6]


def test_a_history_with_a_half_written_row_draws_what_is_whole():
    columns = history([0.5, 0.6])
    columns["val_accuracy"] = [0.4]
    training, validation = plot_learning_curves([Series("run", "model1", columns)]).data
    assert len(training.x) == len(training.y) == 2
    assert len(validation.x) == len(validation.y) == 1


def test_epochs_are_whole_numbers_and_reach_as_far_as_planned():
    chart = plot_learning_curves([Series("run", "model1", history([0.5]), epochs=40)])
    assert chart.layout.xaxis.range[1] >= 40
    assert chart.layout.xaxis.dtick >= 1
    assert float(chart.layout.xaxis.dtick).is_integer()
    assert chart.layout.xaxis.tickformat == "d"


def test_every_goal_line_is_labelled_and_lies_within_view():
    goals = [Goal(0.5, "baseline 50 %"), Goal(0.2, "far below", "model2")]
    chart = plot_learning_curves([Series("run", "model1", history([0.7]))], "accuracy", goals)
    assert [shape.y0 for shape in chart.layout.shapes] == [0.2, 0.5]
    assert {"baseline 50 %", "far below"} <= set(notes(chart))
    assert chart.layout.yaxis.range[0] < 0.2


def test_labels_of_goals_that_lie_close_do_not_cover_each_other():
    chart = plot_learning_curves([], "accuracy", list_goals(["model1", "model2"], 0.5))
    places = {note.text: note.x for note in chart.layout.annotations}
    assert places["model1 aim 52%"] < places["baseline 50%"] == places["model2 goal 55%"]


def test_goals_are_those_of_the_models_and_the_counted_baseline():
    assert [goal.value for goal in list_goals(["model4", "model1"], 0.6)] == [0.52, 0.6, 0.95]
    assert [goal.value for goal in list_goals(["model1"], None)] == [0.50, 0.52]
    assert [goal.label for goal in list_goals([], 0.6)] == ["baseline 60%"]


def test_goals_and_notebook_are_accuracies_and_stay_out_of_the_loss_chart():
    chart = plot_learning_curves([], "loss", [Goal(0.5, "baseline")], {"model1": {"val_accuracy": (0.5, 0.6)}})
    assert chart.data == ()
    assert not chart.layout.shapes


def test_the_notebooks_curve_is_dotted_and_named():
    (line,) = plot_learning_curves([], "accuracy", (), {"model4": {"val_accuracy": (0.95, 0.97)}}).data
    assert (line.name, line.line.dash, line.line.color) == ("model4 notebook", "dot", MODEL_COLOURS["model4"])
    assert list(line.y) == [0.95, 0.97]


def test_one_huge_first_loss_does_not_flatten_the_rest():
    chart = plot_learning_curves(
        [Series("run", "model2", history([0.5] * 6, loss=[60, 0.7, 0.7, 0.6, 0.6, 0.6]))], "loss"
    )
    assert chart.layout.yaxis.range[1] < 5
    assert any("60" in note for note in notes(chart))


def test_ordinary_losses_are_all_in_view():
    chart = plot_learning_curves([Series("run", "model2", history([0.5] * 3, loss=[1.2, 0.7, 0.6]))], "loss")
    assert chart.layout.yaxis.range[1] > 1.2
    assert not any("above the chart" in note for note in notes(chart))


def test_charts_leave_the_page_behind_them_visible_and_keep_their_revision():
    before, after = (plot_learning_curves([Series("run", "model1", history([0.5] * epochs))]) for epochs in (1, 2))
    assert before.layout.paper_bgcolor == before.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert before.layout.uirevision == after.layout.uirevision
    assert before.layout.uirevision != plot_learning_curves([], "loss").layout.uirevision
