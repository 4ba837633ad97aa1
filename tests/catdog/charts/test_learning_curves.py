"""Learning curves: one metric, and the Compare page's panels over epochs or seconds, smooth or averaged."""

import math

import pytest

from catdog.charts import (
    CATS,
    DOGS,
    MODEL_COLOURS,
    NEUTRAL,
    Goal,
    Series,
    list_goals,
    plot_learning_curves,
    plot_panels,
)
from catdog.charts.series import smooth
from tests.catdog.charts.histories import HISTORY, history


def annotations(chart):
    """The texts that a chart has besides its axes."""
    return [annotation.text for annotation in chart.layout.annotations]


def lines(chart, axis):
    """The lines of one panel that the legend or the mouse can tell, in order."""
    return [line for line in chart.data if (line.yaxis or "y") == axis and line.mode == "lines+markers"]


def stars(chart):
    """The marks of best epochs."""
    return [line for line in chart.data if line.mode == "markers"]


def test_training_is_dashed_and_validation_solid_in_the_models_colour():
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
def test_no_run_no_epoch_and_a_single_epoch_are_drawn(metric):
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
    goals = [Goal(0.5, "baseline 50%"), Goal(0.2, "far below", "model2")]
    chart = plot_learning_curves([Series("run", "model1", history([0.7]))], "accuracy", goals)
    assert [shape.y0 for shape in chart.layout.shapes] == [0.2, 0.5]
    assert {"baseline 50%", "far below"} <= set(annotations(chart))
    assert chart.layout.yaxis.range[0] < 0.2


def test_labels_of_goals_that_lie_close_do_not_cover_each_other():
    chart = plot_learning_curves([], "accuracy", list_goals(["model1", "model2"], 0.5))
    places = {note.text: note.x for note in chart.layout.annotations}
    assert places["model1 aim 52%"] < places["baseline 50%"] == places["model2 goal 55%"]


def test_goals_and_notebook_stay_out_of_the_loss_chart():
    chart = plot_learning_curves([], "loss", [Goal(0.5, "baseline")], {"model1": {"val_accuracy": (0.5, 0.6)}})
    assert chart.data == ()
    assert not chart.layout.shapes


def test_the_notebooks_curve_is_dotted_and_named():
    (line,) = plot_learning_curves([], "accuracy", (), {"model4": {"val_accuracy": (0.95, 0.97)}}).data
    assert (line.name, line.line.dash, line.line.color) == ("model4 reference", "dot", MODEL_COLOURS["model4"])
    assert list(line.y) == [0.95, 0.97]


def test_one_huge_first_loss_does_not_flatten_the_rest():
    chart = plot_learning_curves(
        [Series("run", "model2", history([0.5] * 6, loss=[60, 0.7, 0.7, 0.6, 0.6, 0.6]))], "loss"
    )
    assert chart.layout.yaxis.range[1] < 5
    assert any("60" in note for note in annotations(chart))


def test_ordinary_losses_are_all_in_view():
    chart = plot_learning_curves([Series("run", "model2", history([0.5] * 3, loss=[1.2, 0.7, 0.6]))], "loss")
    assert chart.layout.yaxis.range[1] > 1.2
    assert not any("above the chart" in note for note in annotations(chart))


def test_charts_are_transparent_and_keep_their_revision():
    before, after = (plot_learning_curves([Series("run", "model1", history([0.5] * epochs))]) for epochs in (1, 2))
    assert before.layout.paper_bgcolor == before.layout.plot_bgcolor == "rgba(0,0,0,0)"
    assert before.layout.uirevision == after.layout.uirevision
    assert before.layout.uirevision != plot_learning_curves([], "loss").layout.uirevision


def test_names_can_not_smuggle_markup_into_a_chart():
    evil = "<a href='x'>run</a>"
    chart = plot_learning_curves([Series(evil, "model1", history([0.5]))])
    texts = "".join(line.name + line.hovertemplate for line in chart.data)
    assert "&lt;a href" in texts
    assert "<a" not in texts


def test_all_panels_share_one_axis_with_one_zoom_and_hover_line():
    chart = plot_panels([Series("run", "model1", HISTORY)])
    assert {line.xaxis or "x" for line in chart.data} == {"x"}
    assert {line.yaxis for line in chart.data} == {"y", "y2", "y3"}
    assert chart.layout.hoversubplots == "axis"
    assert chart.layout.xaxis.showspikes
    assert chart.layout.xaxis.anchor == "y3"


def test_panels_lie_above_each_other_and_never_overlap():
    layout = plot_panels([Series("run", "model1", HISTORY)]).layout
    top, middle, bottom = (layout[name].domain for name in ("yaxis", "yaxis2", "yaxis3"))
    assert top[1] == 1
    assert top[0] > middle[1] > middle[0] > bottom[1] > bottom[0] >= 0


def test_the_gap_is_training_minus_validation_accuracy():
    (gap,) = lines(plot_panels([Series("run", "model1", HISTORY)], ["gap"]), "y")
    assert list(gap.y) == pytest.approx([0, 0.05, 0.3])
    assert gap.line.dash == "solid"


def test_each_run_is_in_the_legend_once_however_many_panels_there_are():
    chart = plot_panels([Series("run", "model1", HISTORY), Series("other", "model2", HISTORY)])
    assert [line.name for line in chart.data if line.showlegend] == ["run", "other"]
    assert {line.legendgroup for line in chart.data} == {"run", "other"}


def test_a_star_marks_the_first_epoch_with_the_best_validation():
    (star,) = stars(plot_panels([Series("run", "model1", HISTORY | {"val_accuracy": [0.6, 0.65, 0.65]})]))
    assert (list(star.x), list(star.y), star.yaxis) == ([2], [0.65], "y")
    assert "best epoch 2" in star.hovertemplate


def test_over_seconds_each_epoch_stands_where_it_ended():
    chart = plot_panels([Series("run", "model4", HISTORY, prepared=30.0)], ["accuracy"], axis="seconds")
    assert [list(line.x) for line in lines(chart, "y")] == [[40, 45, 50]] * 2
    assert list(stars(chart)[0].x) == [45]
    assert chart.layout.xaxis.title.text == "training time in seconds"
    assert chart.layout.xaxis.range[1] > 50


def test_the_notebooks_curves_stay_away_from_an_axis_of_seconds():
    published = {"model4": {"val_accuracy": (0.95, 0.97)}}
    over = {axis: plot_panels([], ["accuracy"], published=published, axis=axis).data for axis in ("epoch", "seconds")}
    assert [line.name for line in over["epoch"]] == ["model4 reference"]
    assert over["seconds"] == ()


def test_goals_stand_in_the_panel_of_accuracies_wherever_that_is():
    chart = plot_panels([Series("run", "model1", HISTORY)], ["loss", "accuracy"], [Goal(0.95, "goal")])
    (shape,) = chart.layout.shapes
    assert shape.yref == "y2"
    assert chart.layout.yaxis2.title.text == "accuracy"


def test_smoothing_draws_an_average_and_keeps_what_was_measured_faint():
    chart = plot_panels([Series("run", "model1", HISTORY)], ["accuracy"], smoothing=0.5)
    faint = [line for line in chart.data if line.opacity is not None]
    assert [list(line.y) for line in faint] == [HISTORY["accuracy"], HISTORY["val_accuracy"]]
    assert all(line.opacity < 0.5 and line.hoverinfo == "skip" for line in faint)
    training, _ = lines(chart, "y")
    assert list(training.y) == smooth(HISTORY["accuracy"], 0.5)


def test_without_smoothing_every_value_stands_as_it_was_measured_once():
    chart = plot_panels([Series("run", "model1", HISTORY)], ["accuracy"])
    assert all(line.opacity is None for line in chart.data)
    assert smooth(HISTORY["accuracy"], 0.0) == HISTORY["accuracy"]


@pytest.mark.parametrize("axis", ["epoch", "seconds"])
def test_panels_draw_no_run_no_epoch_and_a_single_epoch(axis):
    single = {name: values[:1] for name, values in HISTORY.items()}
    plot_panels([], axis=axis)
    plot_panels([Series("waiting", "model2")], axis=axis)
    chart = plot_panels([Series("one", "model2", single)], axis=axis)
    assert all(len(line.x) == 1 for line in chart.data)


def test_many_runs_show_hover_values_singly_not_in_one_box():
    few, many = ([Series(f"run {index}", "model1", HISTORY) for index in range(count)] for count in (2, 20))
    assert plot_panels(few).layout.hovermode == "x unified"
    assert plot_panels(many).layout.hovermode == "closest"


def test_a_fine_tuned_run_has_a_shade_of_its_own_and_a_line_through_all_panels():
    head = Series("head", "model4", history([0.6, 0.7, 0.8]))
    tuned = Series("tuned", "model4 fine-tuned", history([0.6, 0.7, 0.8]), tuned_after=2)
    chart = plot_panels([head, tuned])
    colours = {line.name: line.line.color for line in lines(chart, "y")}
    assert colours["head"] == MODEL_COLOURS["model4"]
    assert colours["tuned"] not in (*MODEL_COLOURS.values(), CATS, DOGS, NEUTRAL)
    marks = [shape for shape in chart.layout.shapes if shape.line.dash == "dot"]
    assert [(shape.x0, shape.yref, shape.y0, shape.y1) for shape in marks] == [
        (2.5, f"{axis} domain", 0, 1) for axis in ("y", "y2", "y3")
    ]
    assert annotations(chart).count("fine-tuning") == 1
    assert {shape.line.color for shape in marks} == {colours["tuned"]}
