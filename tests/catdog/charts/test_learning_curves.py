"""The panels of the Compare page: accuracy, loss and gap above each other, over epochs or seconds, smooth or folded."""

import math

import pytest

from catdog.charts import MODEL_COLOURS, Goal, Series, plot_panels
from catdog.charts.lines import draw_seed_band, mark_best_epoch
from catdog.charts.series import get_curve, smooth

HISTORY = {
    "epoch": [1, 2, 3],
    "seconds": [10.0, 5.0, 5.0],
    "accuracy": [0.5, 0.7, 0.9],
    "loss": [0.7, 0.6, 0.5],
    "val_accuracy": [0.5, 0.65, 0.6],
    "val_loss": [0.7, 0.65, 0.66],
}


def lines(chart, axis):
    """The lines of one panel that the legend or the mouse can tell, in order."""
    return [line for line in chart.data if (line.yaxis or "y") == axis and line.mode == "lines+markers"]


def stars(chart):
    """The marks of best epochs."""
    return [line for line in chart.data if line.mode == "markers"]


def test_all_panels_share_one_axis_so_that_one_zoom_and_one_hover_line_serve_them():
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


def test_the_gap_has_no_value_where_either_accuracy_has_none():
    history = HISTORY | {"accuracy": [0.5, math.nan, 0.9], "val_accuracy": [0.5, 0.6, None]}
    assert get_curve(history, "gap", True) == [0.0, None, None]


def test_each_run_is_in_the_legend_once_however_many_panels_there_are():
    chart = plot_panels([Series("run", "model1", HISTORY), Series("other", "model2", HISTORY)])
    assert [line.name for line in chart.data if line.showlegend] == ["run", "other"]
    assert {line.legendgroup for line in chart.data} == {"run", "other"}


def test_a_star_marks_the_first_epoch_with_the_best_validation_accuracy():
    (star,) = stars(plot_panels([Series("run", "model1", HISTORY | {"val_accuracy": [0.6, 0.65, 0.65]})]))
    assert (list(star.x), list(star.y), star.yaxis) == ([2], [0.65], "y")
    assert "best epoch 2" in star.hovertemplate


def test_a_run_without_any_accuracy_has_no_star():
    assert mark_best_epoch(Series("run", "model1")) == []
    assert mark_best_epoch(Series("run", "model1", HISTORY | {"val_accuracy": [None, math.nan, math.inf]})) == []


def test_over_seconds_each_epoch_stands_where_it_ended_counted_from_the_start():
    chart = plot_panels([Series("run", "model4", HISTORY, prepared=30.0)], ["accuracy"], axis="seconds")
    assert [list(line.x) for line in lines(chart, "y")] == [[40, 45, 50]] * 2
    assert list(stars(chart)[0].x) == [45]
    assert chart.layout.xaxis.title.text == "training time in seconds"
    assert chart.layout.xaxis.range[1] > 50


def test_the_notebooks_curves_stay_away_from_an_axis_of_seconds():
    published = {"model4": {"val_accuracy": (0.95, 0.97)}}
    over = {axis: plot_panels([], ["accuracy"], published=published, axis=axis).data for axis in ("epoch", "seconds")}
    assert [line.name for line in over["epoch"]] == ["model4 notebook"]
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


def test_a_smoothed_curve_begins_at_its_first_value_and_passes_over_what_is_missing():
    assert smooth([0.4, 0.4, 0.4], 0.9) == pytest.approx([0.4, 0.4, 0.4])
    assert smooth([1.0, None, 0.0], 0.5) == [1.0, None, pytest.approx(1 / 3)]
    assert smooth([], 0.5) == []


def test_runs_laid_together_have_a_band_from_the_lowest_to_the_highest():
    low, high = HISTORY | {"val_accuracy": [0.4, 0.5, 0.5]}, HISTORY | {"val_accuracy": [0.6, 0.8, 0.7]}
    (area,) = draw_seed_band(Series("mean", "model3", HISTORY, low=low, high=high), "accuracy")
    assert area["x"] == [1, 2, 3, 3, 2, 1]
    assert area["y"] == [0.6, 0.8, 0.7, 0.5, 0.5, 0.4]
    assert area["line"]["color"] == MODEL_COLOURS["model3"]
    assert area["hoverinfo"] == "skip"


def test_a_band_leaves_out_an_epoch_in_which_a_run_has_no_number():
    low, high = HISTORY | {"val_loss": [0.4, math.nan, 0.5]}, HISTORY | {"val_loss": [0.6, 0.8, 0.7]}
    (area,) = draw_seed_band(Series("mean", "model3", HISTORY, low=low, high=high), "loss")
    assert area["x"] == [1, 3, 3, 1]


def test_a_single_run_has_no_band():
    assert draw_seed_band(Series("run", "model3", HISTORY), "accuracy") == []


@pytest.mark.parametrize("axis", ["epoch", "seconds"])
def test_no_run_no_epoch_and_a_single_epoch_draw_without_complaint(axis):
    single = {name: values[:1] for name, values in HISTORY.items()}
    plot_panels([], axis=axis)
    plot_panels([Series("waiting", "model2")], axis=axis)
    chart = plot_panels([Series("one", "model2", single)], axis=axis)
    assert all(len(line.x) == 1 for line in chart.data)


def test_a_history_without_seconds_is_drawn_at_the_start_rather_than_not_at_all():
    assert Series("run", "model1", HISTORY | {"seconds": [None, math.nan, 2.0]}).positions("seconds") == [0.0, 0.0, 2.0]


def test_many_runs_tell_values_one_by_one_instead_of_filling_the_screen_with_one_box():
    few, many = ([Series(f"run {number}", "model1", HISTORY) for number in range(count)] for count in (2, 20))
    assert plot_panels(few).layout.hovermode == "x unified"
    assert plot_panels(many).layout.hovermode == "closest"
