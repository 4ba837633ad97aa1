"""The charts of the Evaluate page: what is drawn of which numbers, without a browser."""

import numpy as np
import pytest

from catdog.charts import MODEL_COLOURS, NEUTRAL, Line, plot_precision_recall, plot_reliability, plot_roc

CHARTS = {
    "roc": lambda lines: plot_roc(lines, "cats", "dogs"),
    "precision-recall": lambda lines: plot_precision_recall(lines, "dogs", 0.4),
    "reliability": lambda lines: plot_reliability(lines, "dogs"),
}


@pytest.fixture(params=CHARTS, ids=str)
def draw(request):
    """Each of the three charts."""
    return CHARTS[request.param]


def line(name="run", model="model4", note="area 0.910", point=None):
    """A run's curve of three points."""
    return Line(name, model, (0.0, 0.2, 1.0), (0.0, 0.9, 1.0), note, point, (5, 20, 80))


def runs_of(chart):
    """The curves of runs, without the dashed line of guessing and without the threshold's dot."""
    return [trace for trace in chart.data if trace.line.color not in (None, NEUTRAL)]


def test_a_run_has_its_models_colour_and_its_number_in_the_legend(draw):
    (drawn,) = runs_of(draw([line()]))
    assert drawn.line.color == MODEL_COLOURS["model4"]
    assert drawn.name == "run (area 0.910)"
    assert list(drawn.x) == [0.0, 0.2, 1.0]
    assert list(drawn.y) == [0.0, 0.9, 1.0]


def test_two_runs_of_one_model_can_be_told_apart(draw):
    first, second = runs_of(draw([line("first"), line("second")]))
    assert first.line.color == second.line.color
    assert first.line.dash != second.line.dash


def test_a_single_run_of_each_model_is_solid(draw):
    assert {trace.line.dash for trace in runs_of(draw([line(model="model1"), line(model="model2")]))} == {"solid"}


@pytest.mark.parametrize(
    ("name", "ends", "words"),
    [("roc", [0, 1], "guessing"), ("precision-recall", [0.4, 0.4], "guessing"), ("reliability", [0, 1], "calibrated")],
)
def test_what_is_to_be_beaten_or_reached_is_dashed_and_grey(name, ends, words):
    dashed = CHARTS[name]([]).data[0]
    assert (dashed.line.dash, dashed.line.color, dashed.name) == ("dash", NEUTRAL, words)
    assert list(dashed.y) == ends


@pytest.mark.parametrize("name", ["roc", "precision-recall"])
def test_the_threshold_is_a_dot_outside_the_legend(name):
    chart = CHARTS[name]([line("with", point=(0.3, 0.8)), line("without", "model1")])
    (dot,) = [trace for trace in chart.data if trace.mode == "markers"]
    assert (list(dot.x), list(dot.y)) == ([0.3], [0.8])
    assert dot.marker.color == MODEL_COLOURS["model4"]
    assert dot.showlegend is False


def test_a_reliability_dot_grows_with_its_number_of_images():
    (drawn,) = runs_of(plot_reliability([line()], "dogs"))
    small, middle, large = drawn.marker.size
    assert small < middle < large
    assert list(drawn.customdata) == ["5", "20", "80"]


def test_names_can_not_smuggle_markup_into_a_chart(draw):
    evil = "<a href='x'>run</a>"
    chart = draw([line(evil, note=evil, point=(0.1, 0.2))])
    texts = "".join(trace.name + (trace.hovertemplate or "") for trace in chart.data)
    assert "&lt;a href" in texts
    assert "<a" not in texts


def test_class_names_can_not_smuggle_markup_into_a_chart():
    evil = "<a href='x'>cats</a>"
    for chart in (
        plot_roc([line()], evil, evil),
        plot_precision_recall([line()], evil, 0.5),
        plot_reliability([line()], evil),
    ):
        assert "<a" not in chart.to_json().replace("\\u003c", "<")


def test_a_curve_of_25000_images_is_thinned_but_keeps_its_ends():
    many = np.linspace(0, 1, 25_001)
    for chart in (CHARTS["roc"], CHARTS["precision-recall"]):
        (drawn,) = runs_of(chart([Line("run", "model1", many, many)]))
        assert len(drawn.x) <= 400
        assert (drawn.x[0], drawn.x[-1]) == (0, 1)


def test_no_run_and_a_run_without_points_draw_without_complaint(draw):
    assert len(draw([]).data) == 1
    assert len(draw([Line("empty", "model1", (), ())]).data) == 2


def test_charts_are_transparent_and_both_axes_reach_from_0_to_1(draw):
    layout = draw([line()]).layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"
    for axis in (layout.xaxis, layout.yaxis):
        assert axis.range[0] < 0 < 1 < axis.range[1]
        assert axis.title.text
