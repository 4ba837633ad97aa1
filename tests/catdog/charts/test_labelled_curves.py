"""Learning curves with names at the lines' ends, goals in the margin and one row a run as hover."""

from itertools import pairwise

import pytest

from catdog.charts import Goal, Series, plot_labelled_curves
from catdog.charts.labelled_curves import spread


def make(name, *accuracies, model="model1", **more):
    columns = {"epoch": list(range(1, len(accuracies) + 1)), "val_accuracy": list(accuracies)}
    columns |= {"accuracy": [0.9] * len(accuracies), "loss": [0.4] * len(accuracies)}
    return Series(name, model, columns | {"val_loss": [0.5] * len(accuracies)}, **more)


def labels(chart):
    """{name: height} of the names at the lines' ends."""
    return {trace.text[0]: trace.y[0] for trace in chart.data if trace.mode == "markers+text"}


def rows(chart):
    """What the box under the mouse tells, line by line."""
    return [trace for trace in chart.data if trace.hovertemplate]


def test_each_line_is_named_at_its_end_and_there_is_no_legend():
    chart = plot_labelled_curves([make("one", 0.5, 0.6), make("two", 0.5, 0.9, model="model4")])
    assert labels(chart) == pytest.approx({"one": 0.6, "two": 0.9})
    assert chart.layout.showlegend is False


def test_names_of_lines_that_end_together_do_not_overlap():
    chart = plot_labelled_curves([make(f"run {number}", 0.6, 0.7 + number / 1000) for number in range(6)])
    heights = sorted(labels(chart).values())
    low, high = chart.layout.yaxis.range
    pixels = [340 * (upper - lower) / (high - low) for lower, upper in pairwise(heights)]
    assert min(pixels) >= 14.9


def test_a_label_belongs_to_its_run_and_is_hidden_with_it():
    (label, leader) = [trace for trace in plot_labelled_curves([make("one", 0.6)]).data if trace.mode != "x"][-1:-3:-1]
    assert (label.legendgroup, leader.legendgroup) == ("one", "one")


@pytest.mark.parametrize(
    "names", [[f"run {number}" for number in range(9)], ["a name of very many words that is long"]]
)
def test_more_or_longer_names_than_fit_get_a_legend(names):
    chart = plot_labelled_curves([make(name, 0.6, 0.7) for name in names])
    assert labels(chart) == {}
    assert chart.layout.showlegend is True


def test_a_long_name_is_broken_into_two_lines():
    (label,) = labels(plot_labelled_curves([make("model1, mean of 3 seeds", 0.7)]))
    assert label == "model1, mean<br>of 3 seeds"


def test_a_run_without_an_epoch_has_no_label():
    assert labels(plot_labelled_curves([Series("waiting", "model1"), make("one", 0.6)])) == pytest.approx({"one": 0.6})


def test_goals_are_ticks_in_the_margin_with_their_text_beside():
    goals = [Goal(0.55, "model2 goal 55%", "model2"), Goal(0.95, "<goal> 95%", "model4")]
    chart = plot_labelled_curves([make("one", 0.94, model="model4")], "accuracy", goals)
    assert [(tick.y0, tick.y1, tick.xref) for tick in chart.layout.shapes] == [
        (0.55, 0.55, "paper"),
        (0.95, 0.95, "paper"),
    ]
    (texts,) = [trace for trace in chart.data if trace.name == "goals"]
    assert [text.strip() for text in texts.text] == ["model2 goal 55%", "&lt;goal&gt; 95%"]
    low, high = chart.layout.yaxis.range
    assert 340 * (texts.y[1] - labels(chart)["one"]) / (high - low) >= 13.9
    assert not plot_labelled_curves([make("one", 0.9)], "loss", goals).layout.shapes


def test_under_the_mouse_a_run_has_one_row_with_both_values():
    chart = plot_labelled_curves([make("one", 0.6, 0.7, turn=1), make("two", 0.5, 0.4)])
    first, second = rows(chart)
    assert list(first.customdata) == ["90.0% | 60.0% ◆ loss rises from here", "90.0% | 70.0% ★ best epoch"]
    assert list(second.customdata) == ["90.0% | 50.0% ★ best epoch", "90.0% | 40.0%"]
    assert first.hovertemplate == "one: %{customdata}<extra></extra>"
    assert chart.layout.xaxis.unifiedhovertitle.text == "epoch %{x} · training | validation"


@pytest.mark.parametrize(("metric", "row"), [("loss", "0.4000 | 0.5000"), ("gap", "30.0%")])
def test_loss_and_gap_have_rows_of_their_own(metric, row):
    (line,) = rows(plot_labelled_curves([make("one", 0.6)], metric))
    assert list(line.customdata) == [row]


def test_a_missing_value_is_a_dash_under_the_mouse():
    (line,) = rows(plot_labelled_curves([make("one", 0.6, float("nan"))]))
    assert line.customdata[1] == "90.0% | –"


def test_markup_in_a_name_is_shown_as_it_is():
    chart = plot_labelled_curves([make("<b>one", 0.6)])
    assert list(labels(chart)) == ["&lt;b&gt;one"]
    assert "<b>" not in rows(chart)[0].hovertemplate


def test_texts_are_spread_no_further_than_they_must():
    assert spread([10, 100], [15, 15], 372) == [10, 100]
    assert spread([100, 100], [20, 20], 372) == [90, 110]
    assert spread([370, 371, 372], [20, 20, 20], 372) == [332, 352, 372]
    assert spread([0, 0], [10, 30], 372) == [0, 20]
    assert spread([], [], 372) == []
